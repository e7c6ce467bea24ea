from __future__ import annotations

import logging
import os
import queue
import sys
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import ncs
from _ncs.error import Error
from ncs import log, maagic
from ncs._component import Component, component_of
from ncs.application import Application, PlanComponent, Service, get_device, get_ned_id
from ncs.dp import Action
from ncs.template import Template, Variables

from .callbacks import Lines
from .example import example_host, vpn_tree, write_trans


class Logs(unittest.TestCase):
    def test_arguments_are_put_one_after_the_other(self) -> None:
        lines = Lines()
        own = log.Log(lines)
        own.info("Service create(service=", "/a{b}", ") ", 100, "% ", ("t", 1), None)
        own.error(5)
        self.assertEqual(
            lines.lines, [("info", "Service create(service=/a{b}) 100% ('t', 1)None"), ("error", "5")]
        )

    def test_there_are_five_levels_and_two_more(self) -> None:
        lines = Lines()
        own = log.Log(lines)
        for level in ("debug", "info", "warning", "error", "critical", "fatal", "exception"):
            getattr(own, level)(level)
        self.assertEqual(
            [level for level, _ in lines.lines],
            ["debug", "info", "warning", "error", "critical", "critical", "exception"],
        )

    def test_a_percent_sign_is_only_that(self) -> None:
        with self.assertLogs("percent", "INFO") as caught:
            log.Log(logging.getLogger("percent")).info("50%s done")
        self.assertEqual(caught.records[0].getMessage(), "50%s done")

    def test_a_time_may_stand_in_front(self) -> None:
        lines = Lines()
        log.Log(lines, add_timestamp=True).info("x")
        self.assertRegex(lines.lines[0][1], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d x$")

    def test_lines_in_the_file_look_as_in_nso(self) -> None:
        root = logging.getLogger()
        level = root.level
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "vm.log")
            log.init_logging("vm", path, logging.INFO)
            try:
                logging.getLogger("my.logger").info("hello")
                self.assertEqual(log.log_file(), path)
                os.rename(path, path + ".1")
                log.reopen_logs()
                logging.getLogger("my.logger").info("again")
                with open(path + ".1") as old, open(path) as new:
                    pattern = r"^<INFO> \d\d-[A-Z][a-z]{2}-\d{4}::\d\d:\d\d:\d\d\.\d{3} my\.logger MainThread: - %s\n$"
                    self.assertRegex(old.read(), pattern % "hello")
                    self.assertRegex(new.read(), pattern % "again")
            finally:
                for handler in log._handlers:
                    root.removeHandler(handler)
                    handler.close()
                log._handlers.clear()
                root.setLevel(level)
        self.assertIsNone(log.log_file())

    def test_a_queue_carries_finished_lines(self) -> None:
        lines: queue.Queue = queue.Queue()
        handler = log.ParentProcessLogHandler(lines)
        handler.emit(logging.LogRecord("x", logging.ERROR, "f", 1, "text", None, None))
        self.assertIn("<ERROR>", lines.get())


class TemplateVariables(unittest.TestCase):
    def test_values_are_quoted_for_xpath(self) -> None:
        variables = Variables()
        for value, expected in [
            ("v", "'v'"), (5, "'5'"), (True, "'true'"), (None, "''"), ("", "''"), ("it's", '"it\'s"'),
            ('say "x"', "'say \"x\"'"), ("A'B\"", "concat('A',\"'\",'B\"')"), ("'\"'", "concat(\"'\",'\"',\"'\")"),
        ]:  # fmt: skip
            variables.add("N", value)
            self.assertEqual(variables[-1], ("N", expected), value)
        variables.add_plain("P", "1 + 1")
        self.assertEqual(variables[-1], ("P", "1 + 1"))

    def test_they_are_copied_with_their_quotes(self) -> None:
        self.assertEqual(Variables(Variables([("a", "x")])), [("a", "'x'")])

    def test_a_template_needs_a_node(self) -> None:
        example_host(vpn_tree())
        with write_trans() as trans:
            root = maagic.get_root(trans)
            with self.assertRaises(TypeError):
                Template(root)
            with self.assertRaises(TypeError):
                Template(trans)
            Template(trans, "/vpn")
            with self.assertRaises(Error) as caught:
                Template(root.vpn).apply("my-template", Variables())
            self.assertIn("my-template", str(caught.exception))


class Applications(unittest.TestCase):
    def setUp(self) -> None:
        self.lines = Lines()
        self.threads: list[tuple[str, bool]] = []
        self.component = Component(
            "pkg", "main", "pkg.main.Main", log.Log(self.lines), lambda name, on: self.threads.append((name, on))
        )

    def test_registrations_are_kept_in_order(self) -> None:
        class Mine(Service):
            @Service.create
            def cb_create(self, tctx, root, service, proplist):  # type: ignore[no-untyped-def]
                pass

        class Act(Action):
            @Action.action
            def cb_action(self, uinfo, name, kp, input, output):  # type: ignore[no-untyped-def]
                pass

        class Main(Application):
            def setup(self) -> None:
                self.log.info("Main RUNNING")
                self.register_service("one", Mine, [])
                self.register_service("two", Mine)
                self.register_action("act", Act, init_args=5)

        app = Main(self.component)
        app.setup()
        self.assertEqual([(r.kind, r.name, r.init_args) for r in self.component.registrations],
                         [("service", "one", []), ("service", "two", None), ("action", "act", 5)])  # fmt: skip
        self.assertEqual(self.component.registrations[0].callbacks, ["create"])
        self.assertTrue(self.component.registrations[0].class_name.endswith(".Mine"))
        self.assertEqual(self.lines.lines, [("info", "Main RUNNING")])

    def test_functions_run_at_the_start_and_at_the_end(self) -> None:
        events = []
        app = Application(self.component)
        app.register_fun(lambda state: state.log.info("started") or 7, events.append)
        app.register_fun(lambda state: 8, events.append)
        self.component.start_functions()
        self.component.stop_functions()
        self.component.stop_functions()
        self.assertEqual((events, self.lines.lines), ([8, 7], [("info", "started")]))

    def test_who_asked_is_told_of_the_end(self) -> None:
        events = []
        app = Application(self.component)
        first, second = (lambda: events.append(1)), (lambda: events.append(2))
        app.reg_finish(first)
        app.reg_finish(second)
        app.unreg_finish(first)
        self.component.finish()
        self.assertEqual(events, [2])

    def test_threads_are_reported(self) -> None:
        app = Application(self.component)
        app.add_running_thread("Worker")
        app.del_running_thread("Worker")
        self.assertEqual(self.threads, [("Worker", True), ("Worker", False)])

    def test_a_log_is_enough(self) -> None:
        own = log.Log(self.lines)
        self.assertIs(Application(log=own).log, own)
        self.assertIsNotNone(component_of((), {}).log)


class ClassesFromBeforeApplications(unittest.TestCase):
    def test_they_reach_their_vm(self) -> None:
        folder = Path(ncs.__file__).parents[1] / "ncs_dir" / "src" / "ncs" / "pyapi"
        with mock.patch.object(sys, "path", [str(folder), *sys.path]):
            from ncs_pyvm import NcsPyVM

        lines, threads = Lines(), []
        component = Component("p", "c", "C", log.Log(lines), lambda name, on: threads.append((name, on)))
        vm = NcsPyVM(component)
        vm.info("hello")
        vm.add_running_thread("T")
        vm.del_running_thread("T")
        vm.reg_finish(vm.critical)
        vm.unreg_finish(vm.critical)
        vm.reg_finish(lambda: vm.debug("end"))
        component.finish()
        self.assertEqual(lines.lines, [("info", "hello"), ("debug", "end")])
        self.assertEqual(threads, [("T", True), ("T", False)])


class Plans(unittest.TestCase):
    def test_states_are_appended_and_reached(self) -> None:
        example_host(vpn_tree())
        with write_trans() as trans:
            service = maagic.get_root(trans).vpn.l3vpn["acme"].classic
            component = PlanComponent(service, "self", "ncs:self")
            for state in ("ncs:init", "ncs:ready"):
                component.append_state(state)
            component.set_reached("ncs:init")
            component.set_failed("ncs:ready")
            self.assertEqual(service.plan.component["self"].type, "ncs:self")
            states = service.plan.component["self"].state
            self.assertEqual([(s.name, str(s.status)) for s in states],
                             [("ncs:init", "reached"), ("ncs:ready", "failed")])  # fmt: skip
            self.assertIn("T", states["ncs:init"].when)

    def test_components_of_a_nano_service_have_two_keys(self) -> None:
        example_host(vpn_tree())
        with write_trans() as trans:
            acme = maagic.get_root(trans).vpn.l3vpn["acme"]
            PlanComponent(acme, "self", "ncs:self").append_state("ncs:init")
            self.assertIn("ncs:init", acme.plan.component["ncs:self", "self"].state)


class Devices(unittest.TestCase):
    def test_one_is_had_by_name(self) -> None:
        example_host({"ncs:devices": {"device": [{"name": "ex0", "address": "a"}]}})
        with write_trans() as trans:
            self.assertEqual(get_device(trans, "ex0").address, "a")
            self.assertEqual(get_device(maagic.get_root(trans).vpn, "ex0").port, 830)
            self.assertIsNone(get_ned_id(mock.Mock(device_type=object())))


class Utilities(unittest.TestCase):
    def test_a_date_has_its_zone(self) -> None:
        moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        self.assertEqual(ncs.util.mk_yang_date_and_time(moment), "2024-01-02T03:04:05+00:00")
        self.assertRegex(ncs.util.mk_yang_date_and_time(), r"[+-]\d\d:\d\d$")

    def test_the_callpoint_model_is_of_the_environment(self) -> None:
        with mock.patch.dict(os.environ):
            self.assertFalse(ncs.util.is_multiprocessing())
            ncs.util.set_callpoint_model("multiprocessing")
            self.assertTrue(ncs.util.is_multiprocessing())

    def test_alarms_have_a_key(self) -> None:
        alarm = ncs.alarm.Alarm("ex0", ncs.alarm.managed_object_string("x"), "t", "p", "major", "text")
        alarm.add_attribute("p", "tag", 1)
        alarm.add_attribute("p", "tag", 2)
        self.assertEqual((alarm.key, alarm.custom_attributes[0].value), (("ex0", "x", "t", "p"), 2))
        self.assertEqual(alarm.alarm_id(), ncs.alarm.AlarmId("t", "ex0", ncs.Value("x"), "p"))

    def test_spans_leave_no_trace(self) -> None:
        example_host()
        with write_trans() as trans, trans.start_progress_span("x") as span:
            trans.progress_info("y")
        span.end()
        self.assertEqual(ncs.progress.conv_links([span, {"trace_id": "t"}])[1], {"trace_id": "t"})
