"""From the start command to ``vm.ready``."""

from __future__ import annotations

import signal

from tests.callpoint_vm.driver import HostTestCase
from tests.callpoint_vm.packages import EVALUATING


class StartTests(HostTestCase):
    def component(self, source: str, target: str = "demo.main:Main") -> dict:
        """What a component of this source reports."""
        self.host.package("demo", {"demo/__init__.py": "", "demo/main.py": source}, {"main": target})
        self.host.ready()
        return self.host.expect("vm.component")

    def file(self) -> str:
        return str(self.host.directory / "packages/demo/python/demo/main.py")

    def test_a_component_is_set_up_and_reported_with_its_callpoints(self) -> None:
        component = self.component(EVALUATING)
        self.assertEqual((component["package"], component["name"]), ("demo", "main"))
        self.assertEqual(component["state"], "running")
        self.assertEqual(
            [(one["id"], one["kind"], one["name"], one["class"]) for one in component["callpoints"]],
            [(number, "action", f"point-{number}", "demo.main.Run") for number in range(4)],
        )
        self.assertEqual(self.host.expect("vm.ready"), {"threads": []})

    def test_hello_names_the_token_and_the_process(self) -> None:
        self.component(EVALUATING)
        hello = self.host.vm.hello
        assert self.host.process is not None
        self.assertEqual((hello["token"], hello["pid"]), ("token-1", self.host.process.pid))

    def test_setup_runs_in_a_thread_named_after_the_component_and_logs_to_the_file_of_the_vm(self) -> None:
        self.component(EVALUATING)
        self.assertRegex(
            self.host.log(), r"\A<INFO> \d\d-\w{3}-\d{4}::[\d:.]{12} demo ComponentThread:main: - Worker RUNNING\n\Z"
        )

    def test_an_import_error_has_file_line_and_message_and_its_traceback_is_in_both_logs(self) -> None:
        component = self.component("import ncs\nimport does_not_exist\n")
        self.assertEqual(component["state"], "failed")
        self.assertEqual(component["error"], f"{self.file()}:2: ModuleNotFoundError: No module named 'does_not_exist'")
        self.assertEqual(component["callpoints"], [])
        self.host.until(lambda: b"Traceback" in self.host.output, "a traceback on standard error")
        self.assertIn(f'Traceback (most recent call last):\n  File "{self.file()}", line 2', self.host.log())

    def test_a_syntax_error_has_file_and_line(self) -> None:
        component = self.component("x = 1\ny = = 2\n")
        self.assertEqual(component["error"], f"{self.file()}:2: SyntaxError: invalid syntax")

    def test_a_module_that_is_not_there_is_named_with_the_package(self) -> None:
        component = self.component("", "demo.missing:Main")
        directory = self.host.directory / "packages/demo"
        self.assertEqual(component["error"], f"{directory}: ModuleNotFoundError: No module named 'demo.missing'")

    def test_a_class_that_is_not_there_is_named_with_the_file(self) -> None:
        component = self.component("x = 1\n")
        self.assertEqual(component["error"], f"{self.file()}: there is no class Main in module demo.main")

    def test_a_class_without_the_needed_methods_is_refused(self) -> None:
        component = self.component("class Main:\n    pass\n")
        self.assertEqual(
            component["error"],
            f"{self.file()}: class Main does not derive from ncs.application.Application, and it has no method run() "
            "either",
        )

    def test_a_setup_that_raises_is_torn_down_at_once(self) -> None:
        component = self.component(
            """
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    raise ValueError("no such device")

                def teardown(self):
                    self.log.info("torn down")
            """
        )
        self.assertEqual(component["state"], "failed")
        self.assertEqual(component["error"], f"{self.file()}:6: ValueError: no such device")
        self.assertRegex(self.host.log(), r"ComponentThread:main: - torn down\n\Z")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertEqual(self.host.log().count("torn down"), 1)

    def test_one_component_that_fails_does_not_keep_another_from_serving(self) -> None:
        files = {"a/__init__.py": "raise RuntimeError('a')", "b/__init__.py": EVALUATING}
        self.host.package("demo", files, {"a": "a:Main", "b": "b:Main"})
        self.host.ready()
        self.assertEqual([one["state"] for one in self.host.received("vm.component")], ["failed", "running"])
        self.assertEqual(self.host.serve([0]).run(1, "1 + 1"), "2")

    def test_callbacks_that_compute_take_turns_of_a_millisecond_and_seldom_look_for_garbage(self) -> None:
        self.host.package("demo", {"a/__init__.py": EVALUATING}, {"a": "a:Main"})
        self.host.ready()
        pipes = self.host.serve([0])
        self.assertEqual(pipes.run(1, "__import__('sys').getswitchinterval()"), "0.001")
        self.assertEqual(pipes.run(2, "__import__('gc').get_threshold()[0]"), "10000")

    def test_threads_that_setup_left_running_are_named(self) -> None:
        self.component(
            """
            import threading
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    threading.Thread(target=threading.Event().wait, name="poller", daemon=True).start()
            """
        )
        self.assertEqual(self.host.expect("vm.ready"), {"threads": ["poller"]})

    def test_a_thread_that_is_about_to_end_is_waited_for(self) -> None:
        self.component(
            """
            import threading
            import ncs

            class Main(ncs.application.Application):
                def setup(self):
                    threading.Timer(0.01, lambda: None).start()
            """
        )
        self.assertEqual(self.host.expect("vm.ready"), {"threads": []})

    def test_a_class_from_before_applications_is_constructed_and_run(self) -> None:
        component = self.component(
            """
            import threading
            import ncs_pyvm

            class Main:
                def __init__(self, *args, **kwds):
                    self.vm = ncs_pyvm.NcsPyVM(*args, **kwds)
                    self.vm.reg_finish(lambda: self.vm.info("finished"))

                def run(self):
                    print("running in", threading.current_thread().name)
                    threading.Event().wait()
            """
        )
        self.assertEqual((component["state"], component["callpoints"]), ("running", []))
        self.assertEqual(self.host.expect("vm.ready"), {"threads": ["ComponentThread:main"]})
        self.host.until(lambda: b"running in ComponentThread:main" in self.host.output, "the output of run()")
        self.host.vm.send("vm.stop", grace=1.0)
        self.assertEqual(self.host.wait(), 0)
        self.assertIn("demo ComponentThread:main: - finished\n", self.host.log())

    def test_a_vm_whose_parent_is_not_the_expected_one_leaves_without_a_word(self) -> None:
        # The kernel gives no process a number this high.
        self.host.start(environment={"CALLPOINT_PARENT": "4194305"})
        self.assertEqual(self.host.wait(), -signal.SIGKILL)
        self.assertEqual(self.host.connections, [])

    def test_the_setting_is_restored_when_the_start_command_did_not_hand_it_on(self) -> None:
        self.host.demo(EVALUATING)
        self.assertEqual(self.host.vm.hello["parentDeathSignal"], 0)
        self.assertEqual(
            self.host.serve([0]).ready()["parentDeathSignal"], 9, "the VM has armed itself before it serves"
        )

    def test_without_a_working_signal_nothing_is_armed(self) -> None:
        self.host.plan_changes = {"parentDeathSignal": False}
        self.host.demo(EVALUATING)
        self.assertEqual(self.host.serve([0]).ready()["parentDeathSignal"], 0)

    def test_a_start_command_that_does_not_exec_is_accepted(self) -> None:
        self.host.package("demo", {"demo.py": EVALUATING}, {"main": "demo:Main"})
        self.host.wrap_start_command('sh -c \'"$START" "$@"; exit $?\' sh "$@"; exit $?')
        self.host.ready()
        self.assertEqual(self.host.serve([0]).run(1, "1 + 1"), "2")

    def test_without_a_host_the_vm_says_so_and_leaves(self) -> None:
        self.host.start(environment={"NCS_IPC_PATH": "/nowhere/socket"})
        self.assertEqual(self.host.wait(), 1)
        self.host.until(lambda: b"no host answers on the socket /nowhere/socket" in self.host.output, "a sentence")
        self.assertNotIn(b"Traceback", self.host.output)

    def test_a_vm_that_the_host_refuses_says_why_and_leaves(self) -> None:
        self.host.refusal = "this token is not known"
        self.host.start()
        self.assertEqual(self.host.wait(), 1)
        self.host.until(lambda: b"the host refused: this token is not known" in self.host.output, "a sentence")
