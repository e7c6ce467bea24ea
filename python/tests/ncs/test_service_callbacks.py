from __future__ import annotations

import functools
import gc
import unittest
from typing import Any

import _ncs
import ncs
from ncs.application import NanoService, Service
from ncs.maapi import Maapi

from .callbacks import Served

ACME = {"name": "acme", "vlan-id": 5, "endpoint": [{"id": "ce0", "unit": 1, "address": "10.0.0.1"}]}
PATH = "/v:vpn/l3vpn{acme}"


def create_request(**more: Any) -> dict:
    return {"op": "create", "path": PATH, "proplist": [], "data": dict(ACME), **more}


class CreateCallbacks(unittest.TestCase):
    def test_what_it_wrote_goes_without_the_collector(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                root.devices.device.create(service.name).address = "10.0.0.1"
                root.devices.device[service.name].config.interface.create("Gi", 1).description = "x"

        served = Served("service", Callbacks)
        served.ask(**create_request())
        gc.collect()
        gc.disable()
        try:
            self.assertEqual(len(served.ask(**create_request())["writes"]), 2)
            self.assertEqual(gc.collect(), 0)
        finally:
            gc.enable()

    def test_a_typical_one_costs_no_message(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                for endpoint in service.endpoint:
                    device = root.devices.device.create(endpoint.id)
                    device.address = endpoint.address
                    interface = device.config.interface.create("Gi", endpoint.unit)
                    interface.description = f"vlan {service.vlan_id}"
                    if device.config.interface["Gi", endpoint.unit].description is None:
                        raise AssertionError

        served = Served("service", Callbacks)
        reply = served.ask(**create_request())
        self.assertEqual(served.host.asked, {})
        self.assertEqual(
            reply,
            {
                "ok": {},
                "writes": [
                    ["create", "/ncs:devices/device{ce0}", "address", "10.0.0.1"],
                    ["create", "/ncs:devices/device{ce0}/config/v:interface{Gi 1}", "description", "vlan 5"],
                ],
                "reads": [
                    f"{PATH}/endpoint",
                    f"{PATH}/endpoint{{ce0 1}}/address",
                    f"{PATH}/vlan-id",
                ],
            },
        )

    def test_what_came_with_the_request_counts_as_read_only_when_it_is_looked_at(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                pass

        self.assertEqual(Served("service", Callbacks).ask(**create_request())["reads"], [])

    def test_writes_travel_ahead_of_a_read(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                root.motto = "first"
                self.seen = root.devices.device["ex0"].address
                root.motto = "second"

        served = Served("service", Callbacks, tree={"ncs:devices": {"device": [{"name": "ex0", "address": "a"}]}})
        reply = served.ask(**create_request())
        self.assertEqual((served.instance.seen, served.host.reads), ("a", ["/ncs:devices/device{ex0}"]))
        self.assertEqual(reply["writes"], [["set", "/v:motto", "second"]])
        self.assertEqual(
            reply["reads"], ["/ncs:devices/device{ex0}", "/ncs:devices/device{ex0}/address"]
        )

    def test_the_properties_are_a_list_of_tuples_and_travel_back_when_returned(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                self.given = list(proplist)
                proplist.append(("vni", "7"))
                return proplist

        served = Served("service", Callbacks)
        reply = served.ask(**create_request(proplist=[["a", "b"]]))
        self.assertEqual(served.instance.given, [("a", "b")])
        self.assertEqual(reply["ok"], {"proplist": [["a", "b"], ["vni", "7"]]})

    def test_returning_nothing_keeps_the_properties(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                proplist.append(("lost", "1"))

        self.assertEqual(Served("service", Callbacks).ask(**create_request())["ok"], {})

    def test_the_context_names_the_user_and_the_transaction(self) -> None:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                self.seen = (tctx.th, tctx.username, tctx.context, tctx.uinfo.usid)
                with Maapi() as maapi, maapi.attach(tctx) as trans:
                    ncs.maagic.get_root(trans).motto = "attached"
                self.motto = root.motto

        served = Served("service", Callbacks)
        reply = served.ask(**create_request())
        self.assertEqual(served.instance.seen, (17, "alice", "cli", 5))
        self.assertEqual(served.instance.motto, "attached")
        self.assertEqual(reply["writes"], [["set", "/v:motto", "attached"]])

    def test_decorators_of_the_users_may_stand_on_both_sides(self) -> None:
        def plain(function: Any) -> Any:
            def wrapper(*arguments: Any, **named: Any) -> Any:
                return function(*arguments, **named)

            return wrapper

        class Callbacks(Service):
            @plain
            @Service.create
            @plain
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                root.motto = service.name

        reply = Served("service", Callbacks).ask(**create_request())
        self.assertEqual(reply["writes"], [["set", "/v:motto", "acme"]])

    def test_an_undecorated_one_gets_the_low_level_arguments(self) -> None:
        class Callbacks(Service):
            def cb_create(self, tctx, kp, proplist, fastmap_thandle):  # type: ignore[no-untyped-def]
                self.seen = (str(kp), kp[0][0].as_pyval(), fastmap_thandle)

        served = Served("service", Callbacks)
        self.assertEqual(served.ask(**create_request())["ok"], {})
        self.assertEqual(served.instance.seen, (PATH, "acme", 17))

    def test_the_old_name_pre_lock_create_serves_too(self) -> None:
        class Callbacks(Service):
            @Service.pre_lock_create
            def cb_pre_lock_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                root.motto = "old"

        self.assertEqual(Served("service", Callbacks).ask(**create_request())["writes"][0][2], "old")

    def test_init_gets_the_arguments_of_the_registration(self) -> None:
        class Callbacks(Service):
            def init(self, init_args: Any) -> None:
                self.given = init_args

            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                pass

        self.assertEqual(Served("service", Callbacks, {"a": 1}).instance.given, {"a": 1})


class ModificationCallbacks(unittest.TestCase):
    def test_they_get_the_operation_and_the_root(self) -> None:
        class Callbacks(Service):
            @Service.pre_modification
            def cb_pre_modification(self, tctx, op, kp, root, proplist):  # type: ignore[no-untyped-def]
                root.motto = f"pre {op} {kp}"

            @Service.post_modification
            def cb_post_modification(self, tctx, op, kp, root, proplist):  # type: ignore[no-untyped-def]
                return [("op", str(op == ncs.dp.NCS_SERVICE_DELETE))]

        served = Served("service", Callbacks)
        members = {"path": PATH, "operation": 2, "proplist": [["a", "b"]]}
        pre = served.ask("pre_modification", **members)
        self.assertEqual(pre["writes"], [["set", "/v:motto", f"pre 2 {PATH}"]])
        self.assertEqual(served.ask("post_modification", **members)["ok"], {"proplist": [["op", "True"]]})


class FailingCallbacks(unittest.TestCase):
    def reply(self, result: Any = None, error: Any = None) -> tuple[dict, Served]:
        class Callbacks(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                root.motto = "lost"
                if error is not None:
                    raise error
                return result

        served = Served("service", Callbacks)
        return served.ask(**create_request()), served

    def test_an_exception_is_the_callers_answer_and_its_traceback_is_in_the_log(self) -> None:
        reply, served = self.reply(error=ValueError("boom"))
        self.assertEqual(reply, {"error": {"message": "Python cb_create error. boom"}})
        self.assertEqual(served.lines.at("exception"), ["cb_create of point: ValueError: boom"])

    def test_an_api_error_keeps_its_number(self) -> None:
        reply, _ = self.reply(error=_ncs.error.Error("no such thing", 1))
        self.assertEqual(
            reply["error"], {"message": "Python cb_create error. item does not exist (1): no such thing", "errno": 1}
        )

    def test_even_sys_exit_is_only_an_error(self) -> None:
        self.assertIn("error", self.reply(error=SystemExit(3))[0])

    def test_confd_err_is_a_failure(self) -> None:
        reply, served = self.reply(ncs.CONFD_ERR)
        self.assertEqual(reply["error"]["message"], "Python cb_create error. it returned CONFD_ERR")
        self.assertEqual(len(served.lines.at("error")), 1)

    def test_what_is_neither_none_nor_a_list_is_a_failure(self) -> None:
        for result in ({"a": "b"}, "text", 3, ("a", "b")):
            with self.subTest(result):
                self.assertIn("it returned", self.reply(result)[0]["error"]["message"])

    def test_properties_are_pairs_of_strings(self) -> None:
        for result in ([("a", 1)], ["ab"], [("a",)], [(None, "x")]):
            with self.subTest(result):
                self.assertIn("not a pair of strings", self.reply(result)[0]["error"]["message"])


class AssignmentsToSelf(unittest.TestCase):
    def setUp(self) -> None:
        self.addCleanup(ncs.util.set_self_assign_warning, ncs.util.get_self_assign_warning())

    class Callbacks(Service):
        def init(self, init_args: Any) -> None:
            self.ready = True

        @Service.create
        def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
            self.counter = service.vlan_id

    def test_they_are_done_and_warned_about(self) -> None:
        for mode in ("log", "alarm"):
            ncs.util.set_self_assign_warning(mode)
            served = Served("service", self.Callbacks)
            served.ask(**create_request())
            self.assertEqual(served.instance.counter, 5)
            self.assertEqual(served.lines.at("warning"), [f"Assigning to self is not thread safe: {PATH}"])

    def test_the_warning_can_be_off(self) -> None:
        ncs.util.set_self_assign_warning("off")
        served = Served("service", self.Callbacks)
        served.ask(**create_request())
        self.assertEqual(served.lines.at("warning"), [])

    def test_there_are_three_modes(self) -> None:
        with self.assertRaises(ValueError):
            ncs.util.set_self_assign_warning("loud")


class NanoCallbacks(unittest.TestCase):
    def test_they_get_plan_component_and_state(self) -> None:
        class Callbacks(NanoService):
            @NanoService.create
            def cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist):  # type: ignore[no-untyped-def]
                root.motto = f"{service.name} {component[1]} {state} {dict(compproplist)['V']}"
                plan.component[component].state[state].status = "failed"
                return [*proplist, ("x", "y")]

            @NanoService.delete
            def cb_nano_delete(self, tctx, root, service, plan, component, state, proplist, compproplist):  # type: ignore[no-untyped-def]
                root.motto = "gone"

        served = Served("nano", Callbacks, component_type="p:vm", state="p:up")
        plan = {"component": [{"type": "p:vm", "name": "vm1", "state": [{"name": "p:up", "status": "not-reached"}]}]}
        members = {
            "path": PATH, "proplist": [["a", "b"]], "data": {**ACME, "plan": plan}, "component": ["p:vm", "vm1"],
            "state": "p:up", "componentProplist": [["V", "1"]],
        }  # fmt: skip
        reply = served.ask("nano_create", **members)
        self.assertEqual(reply["ok"], {"proplist": [["a", "b"], ["x", "y"]]})
        state = f"{PATH}/plan/component{{p:vm vm1}}/state{{p:up}}"
        self.assertEqual(
            reply["writes"], [["set", "/v:motto", "acme vm1 p:up 1"], ["set", f"{state}/status", "failed"]]
        )
        self.assertEqual(served.host.asked, {})
        self.assertEqual(served.ask("nano_delete", **members)["writes"], [["set", "/v:motto", "gone"]])

    def test_a_user_decorator_may_read_their_names(self) -> None:
        def instrument(function: Any) -> Any:
            @functools.wraps(function)
            def wrapper(self: Any, tctx: Any, root: Any, service: Any, *rest: Any) -> Any:
                root.motto = service.name
                return function(self, tctx, root, service, *rest)

            return wrapper

        class Callbacks(NanoService):
            @NanoService.create
            @instrument
            def cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist):  # type: ignore[no-untyped-def]
                pass

        served = Served("nano", Callbacks, component_type="t", state="s")
        reply = served.ask("nano_create", path=PATH, proplist=[], data=dict(ACME), component=["t", "n"], state="s")
        self.assertEqual(reply["writes"], [["set", "/v:motto", "acme"]])
