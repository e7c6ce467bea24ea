from __future__ import annotations

import socket
import unittest
import weakref

import _ncs
import _ncs.maapi
import ncs
from _ncs.error import Error
from ncs import _backend, maagic, maapi
from ncs.maapi import CommitParams, Maapi, Session, Transaction

from .example import example_host, read_trans, vpn_tree, write_trans


class Sessions(unittest.TestCase):
    def setUp(self) -> None:
        self.host = example_host(vpn_tree(vlan_id=5))

    def test_a_transaction_is_for_the_sessions_user(self) -> None:
        with Maapi() as m, Session(m, "alice", "cli", groups=["ops"]), m.start_write_trans() as trans:
            maagic.get_root(trans).motto = "x"
            trans.apply()
        self.assertEqual(self.host.called, [("open", "write", "running", "alice", "cli")])
        self.assertEqual(self.host.tree()["vpn:motto"], "x")
        self.assertEqual(self.host.asked["close"], 1)

    def test_without_a_session_there_is_no_transaction(self) -> None:
        with Maapi() as m:
            for action in (m.start_read_trans, m.get_my_user_session_id):
                with self.assertRaises(Error) as caught:
                    action()
                self.assertEqual(caught.exception.confd_errno, 22)

    def test_single_transactions_close_all_at_the_end(self) -> None:
        with ncs.maapi.single_read_trans("admin", "system", db=ncs.OPERATIONAL) as trans:
            self.assertEqual(maagic.get_node(trans, "/vpn/l3vpn{acme}/vlan-id"), 5)
        self.assertEqual(self.host.called, [("open", "read", "operational", "admin", "system")])
        self.assertEqual(self.host.asked["close"], 1)

    def test_operational_data_is_written_in_its_database(self) -> None:
        with write_trans(db=ncs.OPERATIONAL) as trans:
            maagic.get_root(trans).vpn.count = 4
            trans.apply()
        self.assertEqual(self.host.tree()["vpn:vpn"]["count"], 4)

    def test_other_databases_are_named_as_missing(self) -> None:
        with self.assertRaises(Error) as caught:
            write_trans(db=ncs.CANDIDATE)
        self.assertEqual(caught.exception.confd_errno, 51)

    def test_what_is_not_applied_is_lost(self) -> None:
        with write_trans() as trans:
            maagic.get_root(trans).motto = "x"
        self.assertNotIn("vpn:motto", self.host.tree())

    def test_a_transaction_goes_on_after_apply(self) -> None:
        with write_trans() as trans:
            root = maagic.get_root(trans)
            root.motto = "one"
            trans.apply()
            root.motto = root.motto + " two"
            trans.apply(False)
        self.assertEqual(self.host.tree()["vpn:motto"], "one two")

    def test_reads_are_told_when_it_applies(self) -> None:
        with write_trans() as trans:
            root = maagic.get_root(trans)
            root.motto = str(root.vpn.l3vpn["acme"].vlan_id)
            self.assertEqual(root.motto, "5", "one's own write is no read")
            self.assertEqual(list(trans.view.reads), ["/v:vpn/l3vpn{acme}", "/v:vpn/l3vpn{acme}/vlan-id"])

    def test_validate_sends_what_was_written(self) -> None:
        with write_trans() as trans:
            maagic.get_root(trans).motto = "x"
            trans.validate(True)
            self.assertEqual(self.host.asked["validate"], 1)
            trans.apply()
        self.assertEqual(self.host.tree()["vpn:motto"], "x")

    def test_a_process_without_host_says_so(self) -> None:
        self.addCleanup(_backend._installed.append, _backend._installed.pop())
        with self.assertRaises(Error) as caught:
            read_trans()
        self.assertIn("NCS_IPC_PATH", str(caught.exception))
        self.assertEqual(_ncs.str2hash("vpn"), 0)
        self.assertEqual(_ncs.get_nslist(), [])

    def test_the_socket_is_something_to_look_at(self) -> None:
        with Maapi() as m:
            self.assertEqual(m.msock.family, socket.AF_UNIX)
            self.assertIsInstance(m.msock.getpeername(), str)


class Attaching(unittest.TestCase):
    def setUp(self) -> None:
        self.host = example_host(vpn_tree(vlan_id=5))

    def test_transactions_of_this_process_share_what_was_written(self) -> None:
        with write_trans() as trans:
            maagic.get_root(trans).motto = "x"
            with Maapi() as other, other.attach(trans.th, 0) as same:
                self.assertEqual(maagic.get_root(same).motto, "x")
            self.assertEqual(Transaction(trans.maapi, th=trans.th).get_elem("/motto"), "x")
        self.assertEqual(self.host.asked["write"], 0)

    def test_closing_the_session_closes_its_transactions(self) -> None:
        with Maapi() as m:
            m.start_user_session("admin", "system")
            trans = m.start_write_trans()
            maagic.get_root(trans).motto = "x"
        self.assertEqual(self.host.asked["close"], 1)
        trans.finish()
        self.assertEqual(self.host.asked["close"], 1)

    def test_writes_to_another_processs_transaction_are_handed_over(self) -> None:
        with Maapi() as m, m.attach(4711) as trans:
            maagic.get_root(trans).motto = "x"
        self.assertEqual(self.host.asked["write"], 1)
        self.assertEqual(self.host.read(4711, "/motto", None, []), "x")
        self.assertEqual(self.host.asked["close"], 0)

    def test_writes_after_another_session_left_the_transaction_are_handed_over_too(self) -> None:
        with Maapi() as m, m.attach(4711) as trans:
            maagic.get_root(trans).motto = "x"
            with Maapi() as other, other.attach(4711) as same:
                self.assertEqual(maagic.get_root(same).motto, "x")
            maagic.get_root(trans).motto = "y"
        self.assertEqual(self.host.read(4711, "/motto", None, []), "y")

    def test_closing_the_session_detaches(self) -> None:
        with Maapi() as m:
            maagic.get_root(m.attach(4711)).motto = "x"
        self.assertEqual(self.host.asked["write"], 1)

    def test_a_user_session_without_transaction_has_none_to_attach_to(self) -> None:
        with Maapi() as m, self.assertRaises(Error) as caught:
            m.attach(_ncs.UserInfo("alice", "cli", 5))
        self.assertEqual(caught.exception.confd_errno, 61)


class Conflicts(unittest.TestCase):
    def setUp(self) -> None:
        self.host = example_host()

    def test_run_with_retry_tries_again(self) -> None:
        self.host.conflicts = 2

        def work(trans: Transaction) -> bool:
            maagic.get_root(trans).motto = "x"
            return True

        with Maapi() as m, Session(m, "admin", "python"):
            self.assertTrue(m.run_with_retry(work))
            self.assertFalse(m.run_with_retry(lambda trans: False))
        self.assertEqual((self.host.asked["apply"], self.host.tree()), (3, {"vpn:motto": "x"}))

    def test_it_gives_up_with_the_last_conflict(self) -> None:
        self.host.conflicts = 5
        with Maapi() as m, Session(m, "admin", "python"), self.assertRaises(Error) as caught:
            m.run_with_retry(lambda trans: True, max_num_retries=2)
        self.assertEqual(caught.exception.confd_errno, 70)
        self.assertEqual(str(caught.exception), "Conflict detected (70): Transaction 1 conflicts with transaction 2")
        self.assertEqual(self.host.asked["apply"], 3)

    def test_the_decorator_runs_the_whole_function_again(self) -> None:
        self.host.conflicts = 1
        calls = []

        @maapi.retry_on_conflict(retries=3)
        def work(value: str) -> str:
            calls.append(value)
            with write_trans() as trans:
                maagic.get_root(trans).motto = value
                trans.apply()
            return "done"

        self.assertEqual((work("x"), calls), ("done", ["x", "x"]))

    def test_other_errors_are_not_tried_again(self) -> None:
        @maapi.retry_on_conflict()
        def work() -> None:
            raise Error("no", 5)

        self.assertRaises(Error, work)


class Parameters(unittest.TestCase):
    def test_each_is_set_and_asked_for(self) -> None:
        params = CommitParams()
        params.no_networking()
        params.label("one")
        params.dry_run_cli()
        params.commit_queue_sync(5)
        params.no_overwrite(maapi.NoOverwriteScope.WRITE_SET_ONLY)
        self.assertTrue(params.is_no_networking() and params.is_dry_run() and params.is_commit_queue_sync())
        self.assertFalse(params.is_no_deploy() or params.is_dry_run_reverse())
        self.assertEqual((params.get_label(), params.get_dry_run_outformat()), ("one", maapi.DryRunOutformat.CLI))
        self.assertEqual((params.get_commit_queue_sync_timeout(), params.get_no_overwrite_scope()), (5, 1))

    def test_a_dry_run_changes_nothing(self) -> None:
        host = example_host()
        with write_trans() as trans:
            maagic.get_root(trans).motto = "x"
            params = trans.get_params()
            params.dry_run_cli()
            self.assertIn("/v:motto", trans.apply_params(True, params)["local-node"])
            self.assertEqual(host.tree(), {})
            self.assertEqual(trans.apply_params(), {})
        self.assertEqual(host.tree(), {"vpn:motto": "x"})


class LowLevelOperations(unittest.TestCase):
    def setUp(self) -> None:
        tree = vpn_tree(vlan_id=5, numbers=[1, 2], plain={"deep": {"x": "1"}}, cli_text="c")
        tree["vpn:vpn"]["l3vpn"][0]["endpoint"] = [{"id": "a", "unit": 1, "address": "x"}]
        self.host = example_host(tree)
        self.trans = write_trans()
        self.addCleanup(self.trans.finish)

    def error_number(self, function, *arguments) -> int:  # type: ignore[no-untyped-def]
        with self.assertRaises(Error) as caught:
            function(*arguments)
        return caught.exception.confd_errno

    def test_values_are_read_and_written_by_path(self) -> None:
        t = self.trans
        self.assertEqual(t.get_elem("/vpn/l3vpn{acme}/vlan-id"), 5)
        t.set_elem(7, "/vpn/l3vpn{acme}/vlan-id")
        t.set_elem(ncs.Value(8, ncs.C_UINT16), "/vpn/l3vpn{acme}/vlan-id")
        self.assertEqual(str(t.get_elem("/vpn/l3vpn{acme}/vlan-id")), "8")
        self.assertEqual([v.as_pyval() for v in t.get_elem("/vpn/l3vpn{acme}/numbers").as_list()], [1, 2])
        t.set_elem2("x", "/motto")
        self.assertEqual(t.safe_get_elem("/motto"), "x")

    def test_what_is_missing_is_an_error_or_none(self) -> None:
        self.assertEqual(self.error_number(self.trans.get_elem, "/motto"), 1)
        self.assertIsNone(self.trans.safe_get_elem("/motto"))
        self.assertEqual(self.error_number(self.trans.delete, "/motto"), 1)
        self.trans.safe_delete("/motto")
        self.assertEqual(self.error_number(self.trans.get_elem, "/vpn"), 5)

    def test_the_key_of_a_missing_entry_is_missing(self) -> None:
        self.assertEqual(self.trans.get_elem("/vpn/l3vpn{acme}/name"), "acme")
        self.assertIsNone(self.trans.safe_get_elem("/vpn/l3vpn{nope}/name"))

    def test_nodes_are_created_and_deleted(self) -> None:
        t = self.trans
        t.create("/vpn/l3vpn{other}")
        self.assertTrue(t.exists("/vpn/l3vpn{other}"))
        self.assertEqual(self.error_number(t.create, "/vpn/l3vpn{other}"), 2)
        t.safe_create("/vpn/l3vpn{other}")
        t.create("/vpn/l3vpn{other}/nothing")
        t.create("/vpn/l3vpn{acme}/numbers{7}")
        self.assertTrue(t.exists("/vpn/l3vpn{acme}/numbers{7}"))
        t.delete("/vpn/l3vpn{acme}/numbers{1}")
        self.assertEqual(t.num_instances("/vpn/l3vpn"), 2)
        t.delete("/vpn/l3vpn{other}")
        self.assertFalse(t.exists("/vpn/l3vpn{other}"))
        self.assertEqual(self.error_number(t.create, "/vpn"), 6)

    def test_the_current_path_moves(self) -> None:
        t = self.trans
        t.pushd("/vpn/l3vpn{acme}")
        t.cd("endpoint{a 1}")
        self.assertEqual((t.get_elem("address"), t.getcwd()), ("x", "/v:vpn/l3vpn{acme}/endpoint{a 1}"))
        t.popd()
        self.assertEqual(t.getcwd(), "/")
        self.assertEqual(self.error_number(t.popd), 9)

    def test_a_cursor_gives_keys(self) -> None:
        keys = list(self.trans.cursor("/vpn/l3vpn{acme}/endpoint"))
        self.assertTrue(keys[0][0] == "a" and keys[0][1] == 1)

    def test_objects_and_flattened_trees(self) -> None:
        t = self.trans
        values = t.get_object(2, "/vpn/l3vpn{acme}")
        self.assertEqual([str(value) for value in values], ["acme", "5"])
        acme = maagic.get_node(t, "/vpn/l3vpn{acme}")
        t.set_values(maagic.get_tagvalues(acme), "/vpn/l3vpn{copy}")
        self.assertEqual(
            {**maagic.as_pyval(maagic.get_node(t, "/vpn/l3vpn{copy}")), "name": "acme"}, maagic.as_pyval(acme)
        )
        tag = ncs.XmlTag(0, ncs.str2hash("vlan-id"))
        self.assertEqual([item.v for item in t.get_values([ncs.TagValue(tag)], acme)], [5])

    def test_trees_are_copied_and_renamed(self) -> None:
        t = self.trans
        t.copy_tree("/vpn/l3vpn{acme}", "/vpn/l3vpn{b}")
        self.assertEqual(t.get_elem("/vpn/l3vpn{b}/endpoint{a 1}/address"), "x")
        t.move(["c"], "/vpn/l3vpn{b}")
        self.assertFalse(t.exists("/vpn/l3vpn{b}"))
        self.assertEqual(t.get_elem("/vpn/l3vpn{c}/plain/deep/x"), "1")

    def test_the_case_of_a_choice(self) -> None:
        self.assertEqual(self.trans.get_case("kind", "/vpn/l3vpn{acme}"), "cli")

    def test_the_session_takes_the_transactions_number_first(self) -> None:
        m, th = self.trans.maapi, self.trans.th
        m.set_elem(th, "y", "/motto")
        self.assertEqual(m.get_elem(th, "/motto"), "y")
        self.assertTrue(m.exists(th, "/vpn/l3vpn{acme}"))

    def test_the_functions_of_the_module_take_the_socket_first(self) -> None:
        with socket.socket() as sock:
            _ncs.maapi.connect(sock=sock, ip="127.0.0.1", port=4569)
            _ncs.maapi.start_user_session(sock, "admin", "system", [], "127.0.0.1", _ncs.PROTO_TCP)
            th = _ncs.maapi.start_trans(sock, _ncs.RUNNING, _ncs.READ_WRITE)
            _ncs.maapi.set_elem2(sock, th, "z", "/motto")
            self.assertEqual(_ncs.maapi.get_elem(sock, th, "/motto"), "z")
            _ncs.maapi.apply_trans(sock, th, False)
            _ncs.maapi.finish_trans(sock, th)
        self.assertEqual(self.host.tree()["vpn:motto"], "z")

    def test_the_session_of_a_socket_goes_with_it(self) -> None:
        sock = socket.socket()
        _ncs.maapi.connect(sock)
        gone = weakref.ref(sock)
        sock.close()
        del sock
        self.assertIsNone(gone())

    def test_what_does_not_work_yet_is_named_at_the_call(self) -> None:
        for name in ("load_config", "diff_iterate", "xpath_eval_expr", "get_attrs"):
            function = getattr(self.trans, name)
            with self.subTest(name), self.assertRaises(Error) as caught:
                function("/x")
            self.assertEqual(
                str(caught.exception),
                f"Operation not implemented (51): Transaction.{name}() is not supported by Callpoint yet",
            )
        self.assertFalse(hasattr(self.trans, "no_such_function"))
        self.assertEqual(self.trans.maapi.CONFIG_XML, 1)


class CallingActions(unittest.TestCase):
    def setUp(self) -> None:
        self.host = example_host({"ncs:devices": {"device": [{"name": "ex0"}]}})
        self.path = "/ncs:devices/device{ex0}/sync-from"
        self.host.actions[self.path] = lambda tree: {"result": True, "info": str(tree)}

    def test_a_node_is_called(self) -> None:
        with read_trans() as trans:
            device = maagic.get_root(trans).devices.device["ex0"]
            inputs = device.sync_from.get_input()
            inputs["wait-for-lock"].create()
            output = device.sync_from(inputs)
            self.assertIs(output.result, True)
            self.assertEqual(output.info, "{'wait-for-lock': {}}")
            self.assertIsInstance(output, maagic.ActionParams)
            self.assertTrue(device.sync_from.request().result)
        self.assertEqual(self.host.called[1], ("action", self.path, {"wait-for-lock": {}}, "admin", "test", None, []))

    def test_a_session_is_enough(self) -> None:
        with Maapi() as m, Session(m, "admin", "python"):
            self.assertTrue(maagic.get_root(m).devices.device["ex0"].sync_from().result)
            node = maagic.get_node(m, self.path)
            self.assertTrue(node().result)
        self.assertEqual(self.host.asked["read"], 0)

    def test_writes_go_ahead_of_an_action_in_a_write_transaction(self) -> None:
        with write_trans() as trans:
            root = maagic.get_root(trans)
            root.motto = "x"
            root.devices.device["ex0"].sync_from()
            self.assertEqual(trans.view.writes, [])
        self.assertEqual(self.host.called[1][5], trans.th)

    def test_an_input_is_checked(self) -> None:
        with read_trans() as trans:
            given = maagic.get_node(trans, "/vpn/l3vpn{x}/self-test").get_input()
            with self.assertRaises(Error):
                given.number = 300
            given.names = ["a", "b"]
            self.assertEqual(given._tree(), {"names": ["a", "b"]})

    def test_a_tree_in_memory_has_nobody_to_run_an_action(self) -> None:
        with self.assertRaises(maagic.BackendError):
            maagic.get_root().ping()

    def test_flattened_trees_do_as_well(self) -> None:
        self.host.actions["/v:ping"] = lambda tree: {"alive": tree == {"host": "h"}}
        with Maapi() as m, Session(m, "admin", "python"):
            tag = ncs.XmlTag(0, ncs.str2hash("host"))
            reply = m.request_action([ncs.TagValue(tag, ncs.Value("h"))], 0, "/v:ping")
        self.assertEqual([(str(item.xmltag), item.v.as_pyval()) for item in reply], [("alive", True)])
