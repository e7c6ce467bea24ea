from __future__ import annotations

import functools
import unittest
from typing import Any

import _ncs
import _ncs.dp
import ncs
from ncs import _backend, _dispatch
from ncs.dp import Action, ValidationError, ValidationPoint

from .callbacks import Served
from .example import vpn_tree
from .schema_builder import action, case, choice, container, leaf, list_, make_schema, module

PATH = "/v:vpn/l3vpn{acme}"


class ActionCallbacks(unittest.TestCase):
    def test_input_is_read_and_output_is_given_back(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.success = input.number == 5 and list(input.names) == ["a", "b"]
                output.message = f"{name} on {kp} {kp[0][0]} at {input.when}"
                output.row.create().text = "one"
                output.row.create().text = "two"

        served = Served("action", Callbacks)
        reply = served.ask(
            "action", name="self-test", path=PATH, input={"number": 5, "when": "now", "names": ["a", "b"]}
        )
        self.assertEqual(
            reply,
            {
                "ok": {
                    "output": {
                        "success": True,
                        "message": f"self-test on {PATH} acme at now",
                        "row": [{"text": "one"}, {"text": "two"}],
                    }
                }
            },
        )
        self.assertEqual(served.host.asked, {})

    def test_leafs_that_are_set_before_and_after_anything_else_come_out_in_the_order_of_the_model(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.message = "first"
                output.success = "false"
                if input.when == "now":
                    output.row.create().text = "one"
                output.success = True
                output.message += f", {output.success}"

        served = Served("action", Callbacks)
        for when, rows in (("now", {"row": [{"text": "one"}]}), ("later", {})):
            reply = served.ask("action", name="self-test", path=PATH, input={"when": when})
            expected = {"success": True, "message": "first, True", **rows}
            self.assertEqual(list(reply["ok"]["output"].items()), list(expected.items()))

    def test_a_leaf_that_is_refused_is_named_and_keeps_its_value(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.success = True
                for name, value in (("message", None), ("success", "perhaps"), ("success", None)):
                    with test.assertRaisesRegex(_ncs.error.Error, rf" \(5\): {PATH}/self-test/{name}: "):
                        setattr(output, name, value)

        test = self
        reply = Served("action", Callbacks).ask("action", name="self-test", path=PATH, input={})
        self.assertEqual(reply["ok"]["output"], {"success": True})

    def test_each_spelling_of_a_leaf_is_the_leaf_and_no_other_name_is(self) -> None:
        leafs = [leaf("some-text"), leaf("delete"), leaf("number", "uint8")]
        schema = make_schema(module("first", "f", action("run", leafs, leafs, kind="rpc", ap="point")))

        class Callbacks(Action):
            @Action.rpc
            def cb_action(self, uinfo, name, input, output):  # type: ignore[no-untyped-def]
                test.assertEqual([input.some_text, input.f__some_text, input["some-text"]], ["x"] * 3)
                test.assertEqual((input["delete"], callable(input.delete), input.number), ("y", True, None))
                output.delete = "z"
                output.number = 5
                output.f__number += 1
                setattr(output, "some-text", input.some_text)
                for node in (input, output):
                    with test.assertRaisesRegex(AttributeError, "has no child 'other'"):
                        node.other
                    with test.assertRaisesRegex(AttributeError, "has no child 'other'"):
                        node.other = 1
                input.some_text = "new"
                test.assertEqual((input.some_text, input["delete"]), ("new", "y"))

        test = self
        served = Served("action", Callbacks)
        served.host.schema = schema
        reply = served.ask("action", name="run", input={"some-text": "x", "delete": "y"})
        self.assertEqual(reply, {"ok": {"output": {"some-text": "x", "delete": "z", "number": 6}}})

    def test_names_that_differ_in_a_hyphen_and_names_that_begin_with_an_underscore_are_told_apart(self) -> None:
        leafs = [leaf("a_b"), leaf("a-b"), leaf("_x")]
        schema = make_schema(module("first", "f", action("run", leafs, leafs, kind="rpc", ap="point")))

        class Callbacks(Action):
            @Action.rpc
            def cb_action(self, uinfo, name, input, output):  # type: ignore[no-untyped-def]
                test.assertEqual((input.a_b, input["a-b"], input["a_b"]), ("underscore", "hyphen", "underscore"))
                test.assertEqual(input["_x"], "private")
                with test.assertRaises(AttributeError):
                    output._x = "an attribute"
                output["_x"] = "private"
                output.a_b = "underscore"

        test = self
        served = Served("action", Callbacks)
        served.host.schema = schema
        tree = {"a-b": "hyphen", "a_b": "underscore", "_x": "private"}
        reply = served.ask("action", name="run", input=tree)
        self.assertEqual(reply, {"ok": {"output": {"a_b": "underscore", "_x": "private"}}})

    def test_of_the_cases_of_a_choice_the_last_that_was_written_stays(self) -> None:
        kinds = choice("kind", case("first", leaf("one"), leaf("two")), case("second", leaf("three")))
        schema = make_schema(module("first", "f", action("run", [], [leaf("text"), kinds], kind="rpc", ap="point")))

        class Callbacks(Action):
            @Action.rpc
            def cb_action(self, uinfo, name, input, output):  # type: ignore[no-untyped-def]
                output.text = "x"
                output.one = "1"
                output.two = "2"
                output.three = "3"

        served = Served("action", Callbacks)
        served.host.schema = schema
        reply = served.ask("action", name="run")
        self.assertEqual(reply, {"ok": {"output": {"text": "x", "three": "3"}}})

    def test_a_decorated_callback_runs_only_when_the_host_asks_for_it(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                kept.append(uinfo)

        kept: list[Any] = []
        served = Served("action", Callbacks)
        served.ask("action", name="self-test", path=PATH, input={})
        for uinfo in (kept[0], None, object()):
            with self.assertRaisesRegex(RuntimeError, "only when the host asks for it"):
                served.instance.cb_action(uinfo, "self-test", None, [])

    def test_an_absent_container_of_the_output_is_written_below(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.detail.names.remove("x")
                assert not output.detail
                for text in "ab":
                    output.detail.row.create().text = text

        reply = Served("action", Callbacks, tree=vpn_tree()).ask("action", name="self-test", path=PATH)
        self.assertEqual(reply["ok"]["output"], {"detail": {"row": [{"text": "a"}, {"text": "b"}]}})

    def test_the_user_is_who_asked(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.message = f"{uinfo.username} {uinfo.context} {uinfo.usid} {uinfo.actx_thandle}"

        served = Served("action", Callbacks)
        for user, expected in [
            ({"name": "alice", "context": "cli", "session": 5}, "alice cli 5 -1"),
            ({"context": "cli", "session": 6}, "admin cli 6 -1"),
            ({"session": 7}, "admin system 7 -1"),
        ]:
            reply = served.ask("action", name="self-test", path=PATH, input={}, user=user)
            self.assertEqual(reply["ok"]["output"], {"message": expected})

    def test_the_transaction_reads_and_cannot_write(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output, trans):  # type: ignore[no-untyped-def]
                service = ncs.maagic.get_node(trans, kp)
                output.message = str(service.vlan_id)
                try:
                    service.vlan_id = 7
                except _ncs.error.Error as error:
                    output.success = error.confd_errno == ncs.ERR_NOT_WRITABLE

        reply = Served("action", Callbacks, tree=vpn_tree(vlan_id=5)).ask(
            "action", name="self-test", path=PATH, input={}
        )
        self.assertEqual(reply["ok"]["output"], {"success": True, "message": "5"})
        self.assertEqual(reply["writes"], [])

    def test_the_transaction_is_given_to_those_who_can_take_it(self) -> None:
        def wrapped(function: Any) -> Any:
            @functools.wraps(function)
            def wrapper(*arguments: Any) -> Any:
                return function(*arguments)

            return wrapper

        def plain(function: Any) -> Any:
            def wrapper(*arguments: Any) -> Any:
                return function(*arguments)

            return wrapper

        def six(self: Any, uinfo: Any, name: Any, kp: Any, input: Any, output: Any) -> None:
            pass

        def seven(self: Any, uinfo: Any, name: Any, kp: Any, input: Any, output: Any, trans: Any) -> None:
            pass

        uses = functools.wraps(six)(lambda self, uinfo, name, kp, input, output, trans: None)
        drops = functools.wraps(seven)(lambda self, uinfo, name, kp, input, output: None)
        for function, expected in [
            (six, False), (seven, True), (wrapped(six), False), (wrapped(seven), True), (plain(seven), True),
            (wrapped(wrapped(six)), False), (uses, True), (drops, False), (wrapped(uses), True),
        ]:  # fmt: skip
            self.assertEqual(ncs.dp.takes_trans(function), expected)

    def test_of_actions_with_one_name_the_one_at_the_point_is_run(self) -> None:
        schema = make_schema(
            module("first", "f", action("run", [leaf("a")], [], kind="rpc", ap="f-run")),
            module("second", "s", action("run", [leaf("b")], [leaf("c")], kind="rpc", ap="point")),
        )

        class Callbacks(Action):
            @Action.rpc
            def cb_action(self, uinfo, name, input, output):  # type: ignore[no-untyped-def]
                output.c = input.b

        served = Served("action", Callbacks)
        served.host.schema = schema
        reply = served.ask("action", name="run", input={"b": "x"})
        self.assertEqual(reply["ok"], {"output": {"c": "x"}})

    def test_an_action_in_no_list_is_found_before_it_is_asked_for(self) -> None:
        point = {"ap": "point"}
        entry = list_("entry", "id", leaf("id"), action("in-list", [], [], **point))
        box = container("box", action("in-box", [], [], **point), entry)
        schema = make_schema(module("first", "f", box, action("at-root", [], [], kind="rpc", **point)))

        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                pass

        served = Served("action", Callbacks)
        served.host.schema = schema
        _backend.install(served.host)
        _dispatch.look_up(served.registration)
        found = _dispatch._find_action.cache_info().misses
        self.assertIn("ok", served.ask("action", name="in-box", path="/f:box", input={}))
        self.assertIn("ok", served.ask("action", name="at-root", input={}))
        self.assertEqual(_dispatch._find_action.cache_info().misses, found)
        self.assertIn("ok", served.ask("action", name="in-list", path="/f:box/entry{1}", input={}))
        self.assertEqual(_dispatch._find_action.cache_info().misses, found + 1)

    def test_an_rpc_has_no_keypath(self) -> None:
        class Callbacks(Action):
            @Action.rpc
            def cb_action(self, uinfo, name, input, output):  # type: ignore[no-untyped-def]
                output.alive = input.host == "here"

        reply = Served("action", Callbacks).ask("action", name="ping", input={"host": "here"})
        self.assertEqual(reply["ok"], {"output": {"alive": True}})

    def test_a_wrong_value_in_the_output_is_the_callbacks_error(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                output.success = "perhaps"

        error = Served("action", Callbacks).ask("action", name="self-test", path=PATH, input={})["error"]
        self.assertEqual(error["errno"], 5)
        self.assertIn(f'{PATH}/self-test/success: "perhaps" is not true or false', error["message"])

    def test_each_code_but_ok_is_a_failure(self) -> None:
        for result, text in [
            (ncs.CONFD_OK, None),
            (None, None),
            (ncs.CONFD_ERR, "Python cb_action error. it returned CONFD_ERR"),
            (48, "Python cb_action error. it returned 48"),
            ("fine", "Python cb_action error. it returned 'fine'; None or CONFD_OK was expected"),
        ]:

            class Callbacks(Action):
                @Action.action
                def cb_action(self, uinfo, name, kp, input, output, result=result):  # type: ignore[no-untyped-def]
                    return self.result

                def init(self, init_args: Any) -> None:
                    self.result = init_args

            with self.subTest(result):
                reply = Served("action", Callbacks, result).ask("action", name="self-test", path=PATH, input={})
                self.assertEqual(reply.get("error", {}).get("message"), text)

    def test_action_seterr_says_why(self) -> None:
        class Callbacks(Action):
            def cb_action(self, uinfo, name, kp, params):  # type: ignore[no-untyped-def]
                _ncs.dp.action_seterr(uinfo, "out of coffee")
                return ncs.CONFD_ERR

        reply = Served("action", Callbacks).ask("action", name="self-test", path=PATH, input={})
        self.assertEqual(reply["error"]["message"], "Python cb_action error. out of coffee")

    def test_an_undecorated_one_may_reply_with_tag_values(self) -> None:
        class Callbacks(Action):
            def cb_action(self, uinfo, name, kp, params):  # type: ignore[no-untyped-def]
                space = _ncs.str2hash("http://example.com/vpn")
                tag = _ncs.XmlTag(space, _ncs.str2hash("message"))
                _ncs.dp.action_reply_values(uinfo, [_ncs.TagValue(tag, _ncs.Value(f"{name} {params[0].v}"))])

        reply = Served("action", Callbacks).ask("action", name="self-test", path=PATH, input={"when": "now"})
        self.assertEqual(reply["ok"], {"output": {"message": "self-test now"}})

    def test_the_deadline_moves_for_the_running_request(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                ncs.dp.action_set_timeout(uinfo, 60)

        served = Served("action", Callbacks)
        served.ask("action", name="self-test", path=PATH, input={})
        self.assertEqual(served.host.timeouts, [(17, 60)])

    def test_abort_reaches_the_object(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                pass

            def cb_abort(self, uinfo: Any) -> None:
                self.aborted = uinfo.usid

        served = Served("action", Callbacks)
        _dispatch.abort(served.instance, {"id": 17, "user": {"name": "a", "session": 9}})
        self.assertEqual(served.instance.aborted, 9)
        self.assertEqual(served.registration.callbacks, ["action", "abort"])

    def test_an_action_that_is_not_there_is_an_error(self) -> None:
        class Callbacks(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                pass

        reply = Served("action", Callbacks).ask("action", name="fly", path=PATH, input={})
        self.assertIn("has no action fly", reply["error"]["message"])


class ValidationCallbacks(unittest.TestCase):
    def ask(self, function: Any, value: Any = 5) -> dict:
        class Callbacks(ValidationPoint):
            cb_validate = function

        served = Served("validation", Callbacks, tree=vpn_tree(vlan_id=5))
        return served.ask("validate", path=f"{PATH}/vlan-id", value=value, point="point")

    def test_the_value_compares_with_text_and_numbers(self) -> None:
        @ValidationPoint.validate
        def check(self, tctx, kp, value, validationpoint):  # type: ignore[no-untyped-def]
            assert value == 5 and value == "5" and str(kp) == f"{PATH}/vlan-id" and validationpoint == "point"

        self.assertEqual(self.ask(check), {"ok": {}, "writes": [], "reads": []})

    def test_the_transaction_may_be_asked_for(self) -> None:
        @ValidationPoint.validate_with_trans
        def check(self, tctx, root, kp, value, validationpoint):  # type: ignore[no-untyped-def]
            assert root.vpn.l3vpn["acme"].vlan_id == 5

        self.assertEqual(self.ask(check)["reads"], [PATH, f"{PATH}/vlan-id"])

    def test_a_validation_error_is_the_text_for_the_user(self) -> None:
        @ValidationPoint.validate
        def check(self, tctx, kp, value, validationpoint):  # type: ignore[no-untyped-def]
            raise ValidationError("invalid value")

        self.assertEqual(self.ask(check), {"error": {"message": "invalid value"}})

    def test_any_other_exception_is_an_error_too(self) -> None:
        @ValidationPoint.validate
        def check(self, tctx, kp, value, validationpoint):  # type: ignore[no-untyped-def]
            raise KeyError("x")

        self.assertEqual(self.ask(check)["error"]["message"], "Python cb_validate error. 'x'")

    def test_a_warning_lets_the_value_pass(self) -> None:
        @ValidationPoint.validate
        def check(self, tctx, kp, value, validationpoint):  # type: ignore[no-untyped-def]
            _ncs.dp.trans_seterr(tctx, "rather high")
            return ncs.VALIDATION_WARN

        self.assertEqual(self.ask(check)["ok"], {"warning": "rather high"})


class Registrations(unittest.TestCase):
    def test_a_class_without_the_needed_method_is_refused(self) -> None:
        class Empty(Action):
            pass

        with self.assertRaises(_ncs.error.Error) as caught:
            Served("action", Empty)
        self.assertIn("has no cb_action", str(caught.exception))

    def test_what_is_not_a_class_is_refused(self) -> None:
        with self.assertRaises(_ncs.error.Error):
            Served("service", "Callbacks")  # type: ignore[arg-type]
