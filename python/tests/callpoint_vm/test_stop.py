"""How a VM ends."""

from __future__ import annotations

import os
import signal
import socket

from tests.callpoint_vm.driver import HostTestCase
from tests.callpoint_vm.packages import EVALUATING

BLOCKING = """
    import os
    import threading
    import ncs

    class Main(ncs.application.Application):
        def setup(self):
            print("in setup")
            with open(os.environ["GATE"]) as gate:
                gate.read()

        def teardown(self):
            self.log.info("torn down")
"""


class StopTests(HostTestCase):
    def test_teardown_runs_in_a_component_thread_and_the_status_is_0(self) -> None:
        self.host.demo(EVALUATING)
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertRegex(
            self.host.log(),
            r"demo ComponentThread:main: - Worker FINISHED in ComponentThread:main\n\Z",
        )

    def test_all_components_are_torn_down_whatever_one_of_them_does(self) -> None:
        source = """
            import ncs

            class One(ncs.application.Application):
                def teardown(self):
                    raise SystemExit(7)

            class Two(ncs.application.Application):
                def teardown(self):
                    self.log.info("two is torn down")
        """
        self.host.package("demo", {"demo.py": source}, {"two": "demo:Two", "one": "demo:One"})
        self.host.ready()
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertIn("- two is torn down\n", self.host.log())
        file = self.host.directory / "packages/demo/python/demo.py"
        self.assertIn(f"demo.One: teardown() failed: {file}:6: SystemExit: 7\nTraceback", self.host.log())

    def test_a_callback_that_runs_may_finish_before_teardown(self) -> None:
        self.host.demo(EVALUATING)
        pipes = self.host.serve([0])
        pipes.request(1, "threading.Event().wait(0.1) or log.info('callback is over')")
        self.host.until(lambda: pipes.words() == [1], "the start of the request")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertEqual(pipes.output(1), "None")
        self.assertRegex(self.host.log(), r"callback is over\n.*Worker FINISHED")

    def test_a_callback_that_does_not_finish_does_not_keep_the_vm(self) -> None:
        self.host.demo(EVALUATING)
        pipes = self.host.serve([0])
        pipes.request(1, "threading.Event().wait()")
        self.host.until(lambda: pipes.words() == [1], "the start of the request")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertIn("Worker FINISHED", self.host.log())

    def test_template_and_workers_end_with_the_vm(self) -> None:
        self.host.demo(EVALUATING)
        self.host.fork_template()
        pipes = self.host.fork(0)
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.host.until(lambda: not pipes.is_open, "the end of the worker")

    def test_a_vm_that_is_stopped_in_setup_finishes_it_and_tears_down(self) -> None:
        gate = str(self.host.directory / "gate")
        os.mkfifo(gate)
        self.host.package("demo", {"demo.py": BLOCKING}, {"main": "demo:Main"})
        self.host.start(environment={"GATE": gate})
        self.host.until(lambda: b"in setup" in self.host.output, "setup to start")
        self.host.vm.send("vm.stop", grace=1.0)
        with open(gate, "w"):
            pass
        self.assertEqual(self.host.wait(), 0)
        self.assertIn("- torn down\n", self.host.log())

    def test_a_vm_kills_itself_when_the_host_is_gone_even_in_setup(self) -> None:
        gate = str(self.host.directory / "gate")
        os.mkfifo(gate)
        self.host.package("demo", {"demo.py": BLOCKING}, {"main": "demo:Main"})
        self.host.start(environment={"GATE": gate})
        self.host.until(lambda: b"in setup" in self.host.output, "setup to start")
        self.host.vm.socket.shutdown(socket.SHUT_RDWR)
        self.assertEqual(self.host.wait(), -signal.SIGKILL)


class RunningTests(HostTestCase):
    def test_functions_start_when_no_fork_comes_any_more_and_stop_before_teardown(self) -> None:
        self.host.demo(
            """
            import threading
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    self.register_fun(self.begin, lambda value: self.log.info("stopped ", value))

                def begin(self, state):
                    state.log.info("started in ", threading.current_thread().name)
                    return 42

                def teardown(self):
                    self.log.info("torn down")
            """
        )
        self.assertNotIn("started", self.host.log())
        self.host.vm.send("vm.start")
        self.host.until(lambda: "- started in ComponentThread:main\n" in self.host.log(), "the start function")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertRegex(self.host.log(), r"- stopped 42\n.*- torn down\n\Z")

    def test_a_start_function_that_fails_is_in_the_log_and_ends_nothing(self) -> None:
        self.host.demo(
            """
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    self.register_fun(lambda state: 1 / 0, print)
            """
        )
        self.host.vm.send("vm.start")
        self.host.until(lambda: "ZeroDivisionError" in self.host.log(), "the error")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)

    def test_threads_that_a_component_tells_of_and_its_log_level_reach_the_host(self) -> None:
        self.host.demo(
            """
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    self.add_running_thread("Poller")
                    self.set_log_level(10)
                    self.log.debug("fine print")
                    self.del_running_thread("Poller")
            """
        )
        thread = {"event": "running-thread", "package": "demo", "component": "main", "name": "Poller"}
        self.assertEqual(
            self.host.received("vm.event"),
            [{**thread, "running": True}, {"event": "log-level", "level": "debug"}, {**thread, "running": False}],
        )
        self.assertIn("fine print", self.host.log())


class ThreadingTests(HostTestCase):
    def test_one_pool_of_threads_serves_all_callpoints(self) -> None:
        self.host.demo(EVALUATING)
        pipes = self.host.serve([0, 1, 2, 3])
        for number in range(4):
            self.assertEqual(
                pipes.run(number + 1, "self.args, os.getpid()", callpoint=number), f"([{number}], {self.host.vm.pid})"
            )

    def test_an_instance_is_made_once_and_a_failing_init_is_tried_again(self) -> None:
        self.host.demo(
            """
            import ncs

            made = []

            class Once(ncs.dp.Action):
                def init(self, init_args):
                    made.append(1)
                    if len(made) < 3:
                        raise RuntimeError(f"attempt {len(made)}")

                @ncs.dp.Action.action
                def cb_action(self, uinfo, name, kp, input, output):
                    output.text = str(len(made))

            class Main(ncs.application.Application):
                def setup(self):
                    self.register_action("point", Once)
            """
        )
        pipes = self.host.serve([0])
        pipes.request(1)
        self.assertEqual(pipes.reply(1)["error"]["message"], "Python init error. attempt 2")
        self.assertEqual(pipes.run(2), "3")
        self.assertEqual(pipes.run(3), "3")
        self.assertIn("RuntimeError: attempt 1", self.host.log())

    def test_a_callback_may_fork(self) -> None:
        self.host.demo(EVALUATING)
        pipes = self.host.serve([0])
        text = "__import__('multiprocessing').get_context('fork').Pool(1).apply(os.getppid)"
        self.assertEqual(pipes.run(1, text), str(self.host.vm.pid))

    def test_a_level_changes_while_the_vm_runs(self) -> None:
        self.host.demo(EVALUATING)
        pipes = self.host.serve([0])
        self.host.vm.send("vm.settings", level="debug")
        self.host.until(
            lambda: pipes.run(len(pipes.received) + 1, "log.debug('fine print')") and "fine print" in self.host.log(),
            "a line of level debug",
        )
