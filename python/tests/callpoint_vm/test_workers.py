"""Template and workers: multiprocessing mode."""

from __future__ import annotations

import os
import signal
import socket
import textwrap
from pathlib import Path

from callpoint_vm import stacks
from tests.callpoint_vm.driver import HostTestCase, Pipes, is_alive
from tests.callpoint_vm.packages import EVALUATING


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()


class WorkerTests(HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.host.demo(EVALUATING)
        self.host.fork_template()

    def exit_of(self, pipes: Pipes) -> int:
        """Waits until the template tells how a worker ended."""
        pid = pipes.ready()["pid"]

        def found() -> list[int]:
            return [[one["status"]] for one in self.host.received("template.exited") if one["pid"] == pid]

        return self.host.until(found, "template.exited")[0][0]

    def test_a_worker_answers_and_is_told_of_by_the_template(self) -> None:
        pipes = self.host.fork(2)
        self.assertEqual(pipes.run(17, "6 * 7", callpoint=2), "42")
        forked = self.host.expect("template.forked")
        self.assertEqual(forked, {"endpoint": 1, "pid": pipes.ready()["pid"]})

    def test_what_setup_built_is_there(self) -> None:
        pipes = self.host.fork(3)
        assert self.host.process is not None
        self.assertEqual(pipes.run(1, "built", callpoint=3), f"{{'in': {self.host.process.pid}}}")
        self.assertEqual(pipes.run(2, "self.args", callpoint=3), "[3]")

    def test_every_process_dies_with_its_parent(self) -> None:
        pipes = self.host.fork(0)
        self.assertEqual(pipes.ready()["parentDeathSignal"], 9)
        self.assertEqual(self.host.template.hello["parentDeathSignal"], 9)
        self.assertEqual(int(pipes.run(1, "os.getppid()")), self.host.template.pid)
        self.assertEqual(os.getpid(), int(Path(f"/proc/{self.host.vm.pid}/stat").read_text().split()[3]))
        os.kill(self.host.vm.pid, signal.SIGKILL)
        everybody = [self.host.template.pid, pipes.ready()["pid"]]
        self.host.until(lambda: not any(map(is_alive, everybody)), "the end of template and worker")

    def test_ps_shows_the_title_in_full(self) -> None:
        title = "callpoint: vm nano " + "a-rather-long-service-point-name " * 10 + "vpn:vlink/ncs:created"
        pipes = self.host.fork(0, title)
        self.assertEqual(command_line(pipes.ready()["pid"]), title)
        self.assertEqual(pipes.run(1, "threading.current_thread().name")[:7], "ncs-dp-")
        self.assertEqual(command_line(self.host.template.pid), "callpoint: vm template")

    def test_descriptors_of_several_workers_may_arrive_at_once(self) -> None:
        several = [pipes for number in range(4) for pipes in self.host.order_workers([number])]
        for number, pipes in enumerate(several):
            self.assertEqual(pipes.run(1, "self.args", callpoint=number), f"[{number}]")

    def test_workers_that_are_ordered_together_get_each_its_own(self) -> None:
        several = self.host.order_workers([0, 1, 2, 3])
        for number, pipes in enumerate(several):
            self.assertEqual(pipes.run(1, "self.args", callpoint=number), f"[{number}]")
        self.host.expect("template.forked", count=4)
        told = {forked["endpoint"]: forked["pid"] for forked in self.host.received("template.forked")}
        self.assertEqual(told, {number + 1: pipes.ready()["pid"] for number, pipes in enumerate(several)})

    def test_a_worker_holds_no_pipe_of_another(self) -> None:
        for together in (True, False):
            with self.subTest(together=together):
                first, second = (
                    self.host.order_workers([0, 1]) if together else (self.host.fork(0), self.host.fork(1))
                )
                for dies, lives, callpoint in ((first, second, 1), (second, self.host.fork(2), 2)):
                    os.kill(dies.ready()["pid"], signal.SIGKILL)
                    self.host.until(
                        lambda: not dies.is_open, "the end of file on the reply pipe of the worker that died"
                    )
                    self.assertEqual(lives.run(1, "1", callpoint=callpoint), "1")

    def test_what_a_worker_prints_comes_through_a_pipe_of_its_own(self) -> None:
        pipes = self.host.fork(0)
        self.host.forget(pipes.printed)
        pipes.run(1, "os.write(1, b'one ') + os.write(2, b'two ') + os.system('echo three')")
        self.assertEqual(os.read(pipes.log, 100), b"one two three\n")

    def test_a_dead_worker_is_reported_with_its_status_and_replaced(self) -> None:
        for text, status in (
            ("os._exit(0)", 0),
            ("os._exit(5)", 5),
            ("os.kill(os.getpid(), 9)", -9),
            ("os.abort()", -6),
        ):
            pipes = self.host.fork(0)
            pipes.request(1, text)
            self.assertEqual(self.exit_of(pipes), status)
            self.assertEqual(pipes.words(), [1], "it died in request 1")

    def test_a_worker_that_is_told_to_stop_finishes_and_exits_with_0(self) -> None:
        pipes = self.host.fork(0)
        pipes.request(1, "threading.Event().wait(0.05)")
        self.host.until(lambda: pipes.words() == [1], "the start of the request")
        pipes.tell("stop")
        self.assertEqual(pipes.output(1), "False")
        self.assertEqual(self.exit_of(pipes), 0)

    def test_random_numbers_differ(self) -> None:
        drawn = {self.host.fork(number).run(1, "__import__('random').random()", number) for number in range(4)}
        self.assertEqual(len(drawn), 4)

    def test_sys_exit_is_an_error_reply_and_the_worker_lives(self) -> None:
        pipes = self.host.fork(0)
        pipes.request(1, "sys.exit(3)")
        self.assertIn("error", pipes.reply(1))
        self.assertEqual(pipes.run(2, "1"), "1")

    def test_garbage_on_the_request_pipe_ends_the_worker(self) -> None:
        for garbage in (b"garbage\n", b"[]\n", b'{"id":-1}\n', b"\xff\0\n"):
            pipes = self.host.fork(0)
            os.write(pipes.requests, garbage)
            self.assertEqual(self.exit_of(pipes), 1)
        self.host.until(lambda: b"the request pipe cannot be used: not JSON" in self.host.output, "a sentence")

    def test_a_worker_whose_callback_closes_all_descriptors_leaves(self) -> None:
        pipes = self.host.fork(0)
        pipes.request(1, "os.closerange(3, 1000)")
        self.assertEqual(self.exit_of(pipes), 1)

    def test_a_child_that_a_callback_forks_holds_nothing_of_ours(self) -> None:
        pipes = self.host.fork(0)
        pid = int(pipes.run(1, "pid = os.fork()\nif pid == 0:\n    threading.Event().wait()\nresult = pid"))
        ours = {f"pipe:[{os.fstat(end).st_ino}]" for end in (pipes.requests, pipes.replies, pipes.control)}

        def is_free() -> bool:
            held = {os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")}
            return not held & ours and not [name for name in held if name.startswith("socket:")]

        self.host.until(is_free, "the child to let go")
        os.kill(pid, signal.SIGKILL)

    def test_a_child_that_comes_back_from_a_callback_does_not_answer(self) -> None:
        pipes = self.host.fork(0)
        pid = int(pipes.run(1, "result = os.fork()"))
        self.host.until(lambda: not is_alive(pid), "the end of the child")
        self.assertEqual(pipes.run(2, "1"), "1")
        self.assertEqual([one.get("id") for one in pipes.received], [None, 1, 2])

    def test_what_a_daemon_leaves_behind_is_adopted_by_the_worker(self) -> None:
        pipes = self.host.fork(0)
        text = (
            "import subprocess\nresult = subprocess.check_output('setsid sleep 1000 >/dev/null & echo $!', shell=True)"
        )
        daemon = int(eval(pipes.run(1, text)))
        parent = Path(f"/proc/{daemon}/stat").read_text().split()[3]
        self.assertEqual(int(parent), pipes.ready()["pid"])
        os.kill(daemon, signal.SIGKILL)

    def test_output_of_a_callback_goes_to_the_output_of_the_vm_and_not_into_the_replies(self) -> None:
        pipes = self.host.fork(0)
        pipes.run(1, "print('printed'), os.write(1, b'written\\n'), os.system('echo started')")
        self.host.until(lambda: b"printed\nwritten\nstarted\n" in self.host.output, "the output")

    def test_records_of_any_logger_land_in_the_file_of_the_vm(self) -> None:
        pipes = self.host.fork(0)
        pipes.run(1, "__import__('logging').getLogger('paramiko.transport').error('EOF%s', 'Error')")
        pid = pipes.ready()["pid"]
        self.assertRegex(
            self.host.log(), rf"<ERROR> \S+ paramiko.transport ncs-dp-{pid}-demo:main-1-usid-5-point-0: - EOFError\n"
        )

    def test_a_level_changes_while_a_worker_runs_and_for_those_forked_later(self) -> None:
        pipes = self.host.fork(0)
        pipes.run(1, "log.debug('one')")
        pipes.tell("settings", level="debug")
        self.host.template.send("vm.settings", level="debug")
        self.host.until(
            lambda: pipes.run(len(pipes.received) + 1, "log.debug('two')") and "two" in self.host.log(), "a line"
        )
        self.host.fork(1).run(1, "log.debug('three')", callpoint=1)
        self.assertIn("- three\n", self.host.log())
        self.assertNotIn("- one\n", self.host.log())

    def test_stacks_are_dumped_to_the_output(self) -> None:
        pipes = self.host.fork(0)
        pipes.run(1, "1")
        os.kill(pipes.ready()["pid"], stacks.SIGNAL)
        self.host.until(lambda: b"most recent call first" in self.host.output, "a stack")

    def test_a_worker_ends_when_the_host_closes_its_pipes(self) -> None:
        pipes = self.host.fork(0)
        pipes.request(1, "threading.Event().wait()")
        self.host.until(lambda: pipes.words() == [1], "the start of the request")
        os.close(pipes.control)
        pipes.control = os.open("/dev/null", os.O_RDONLY)
        self.exit_of(pipes)

    def test_a_template_that_loses_the_host_takes_its_workers_and_its_vm_along(self) -> None:
        pipes = self.host.fork(0)
        self.host.template.socket.shutdown(socket.SHUT_RDWR)
        everybody = [self.host.template.pid, pipes.ready()["pid"], self.host.vm.pid]
        self.host.until(lambda: not any(map(is_alive, everybody)), "the end of template, worker and VM")

    def test_a_blocked_callback_keeps_nobody_waiting(self) -> None:
        pipes = self.host.fork(0)
        pipes.request(1, "threading.Event().wait()")
        pipes.request(2, "2")
        self.host.until(lambda: pipes.words() == [1], "the start of the first request")
        pipes.tell("take-over", waits=True)
        self.assertEqual(pipes.output(2), "2")


class FailingForkTests(HostTestCase):
    def test_a_vm_that_cannot_fork_its_template_leaves_with_a_reason(self) -> None:
        failing = """
            import errno
            import os

            def fork():
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

            os.fork = fork
        """
        self.host.demo(textwrap.dedent(failing) + textwrap.dedent(EVALUATING))
        self.host.vm.send("vm.template")
        self.assertEqual(self.host.wait(), 1)
        reason = b"VM vm cannot fork its template: Resource temporarily unavailable"
        self.host.until(lambda: reason in self.host.output, "the reason")

    def test_a_fork_that_fails_is_told_and_the_next_may_succeed(self) -> None:
        failing = """
            import errno
            import os

            fork = os.fork
            calls = []

            def fork_but_the_third():
                calls.append(1)
                if len(calls) == 3:
                    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
                return fork()

            os.fork = fork_but_the_third
        """
        self.host.demo(textwrap.dedent(failing) + textwrap.dedent(EVALUATING))
        self.host.fork_template()
        before, failed, after = self.host.order_workers([0, 0, 0])
        self.assertEqual(
            self.host.expect("template.failed"),
            {"endpoint": 2, "error": "cannot fork: Resource temporarily unavailable"},
        )
        self.host.until(lambda: not failed.is_open, "template and workers to let go of the pipes")
        for pipes in (before, after, self.host.fork(0)):
            self.assertEqual(pipes.run(1, "1"), "1")


class WithoutSignalTests(HostTestCase):
    def test_template_and_worker_do_not_arm_themselves_and_still_end_with_the_host(self) -> None:
        self.host.plan_changes = {"parentDeathSignal": False}
        self.host.demo(EVALUATING)
        self.host.fork_template()
        pipes = self.host.fork(0)
        self.assertEqual(pipes.ready()["parentDeathSignal"], 0)
        self.assertEqual(self.host.template.hello["parentDeathSignal"], 0)
        everybody = [self.host.vm.pid, self.host.template.pid, pipes.ready()["pid"]]
        for connection in (self.host.vm, self.host.template):
            connection.socket.shutdown(socket.SHUT_RDWR)
        os.close(pipes.requests)
        pipes.requests = os.open("/dev/null", os.O_RDONLY)
        self.host.until(lambda: not any(map(is_alive, everybody)), "the end of all three")


class SharedStateTests(HostTestCase):
    def test_a_semaphore_of_a_manager_is_used_in_setup_and_then_in_four_workers_at_once(self) -> None:
        self.host.demo(
            """
            import multiprocessing
            import ncs

            class Count(ncs.dp.Action):
                def init(self, init_args):
                    self.semaphore, self.inside, self.most = init_args

                @ncs.dp.Action.action
                def cb_action(self, uinfo, name, kp, input, output):
                    for _ in range(20):
                        with self.semaphore:
                            self.inside.value += 1
                            self.most.value = max(self.most.value, self.inside.value)
                            self.inside.value -= 1
                    output.text = str(self.most.value)

            class Main(ncs.application.Application):
                def setup(self):
                    self.manager = multiprocessing.Manager()
                    semaphore = self.manager.Semaphore()
                    with semaphore:
                        shared = semaphore, self.manager.Value("i", 0), self.manager.Value("i", 0)
                    for number in range(4):
                        self.register_action(f"point-{number}", Count, init_args=shared)
            """
        )
        self.assertEqual(self.host.expect("vm.ready"), {"threads": []})
        self.host.fork_template()
        workers = [self.host.fork(number) for number in range(4)]
        for number, pipes in enumerate(workers):
            pipes.request(number + 1, callpoint=number)
        for number, pipes in enumerate(workers):
            self.assertEqual(pipes.output(number + 1), "1")

    def test_a_callback_may_start_processes_with_multiprocessing(self) -> None:
        self.host.demo(EVALUATING)
        self.host.fork_template()
        pipes = self.host.fork(0)
        for number, method in enumerate(("fork", "spawn"), 1):
            text = f"__import__('multiprocessing').get_context('{method}').Pool(1).apply(os.getppid)"
            self.assertEqual(pipes.run(number, text), str(pipes.ready()["pid"]))
