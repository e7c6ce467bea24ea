"""User code that treats the process as its own: it closes, forks, prints, interrupts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.callpoint_vm.driver import Connection, HostTestCase, Message, Pipes, is_alive
from tests.callpoint_vm.packages import EVALUATING

#: Python for the endpoint that serves the calling thread.
ENDPOINT = "__import__('callpoint_vm.serving').serving.current.call.endpoint"


class WorkerMisbehaviourTests(HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.host.demo(EVALUATING)
        self.host.fork_template()
        self.pipes = self.host.fork(0)
        self.pid = self.pipes.ready()["pid"]

    def leaves(self, *why: str) -> None:
        """Waits until the worker has left by itself and has said why, in one of these ways."""
        exited = {"endpoint": 1, "pid": self.pid, "status": 1}
        self.host.until(lambda: exited in self.host.received("template.exited"), "its exit")
        sentences = [f"process {self.pid} leaves: {one}".encode() for one in why]
        self.host.until(lambda: any(one in self.host.output for one in sentences), "the reason")

    # Descriptors.

    def test_what_a_callback_opens_in_the_place_of_our_pipes_gets_none_of_our_bytes(self) -> None:
        text = """
os.closerange(3, 1000)
for number in range(20):
    os.open(f'{number}.txt', os.O_CREAT | os.O_RDWR)
"""
        self.pipes.request(1, text)
        # Whichever of its threads is the first to see it.
        text = "pipe cannot be used: [Errno 9] user code closed descriptor"
        self.leaves(f"the reply {text}", f"the control {text}")
        # The process may leave before the callback has made all of them.
        self.assertEqual({path.stat().st_size for path in self.host.directory.glob("*.txt")} - {0}, set())

    def test_a_request_pipe_that_is_replaced_is_noticed_after_the_reply(self) -> None:
        text = f"os.dup2(os.open('/dev/zero', os.O_RDONLY), {ENDPOINT}._requests._number)"
        self.pipes.run(1, text)
        self.leaves("the request pipe cannot be used")

    def test_descriptors_that_do_not_block_are_waited_for(self) -> None:
        text = """
for name in os.listdir('/proc/self/fd'):
    try:
        os.set_blocking(int(name), False)
    except OSError:
        pass
result = 'x' * 1_000_000
"""
        self.assertEqual(len(self.pipes.run(1, text)), 1_000_000)
        self.assertEqual(self.pipes.run(2, "2"), "2")

    def test_a_child_that_closes_descriptors_by_range_closes_none_of_ours(self) -> None:
        text = """
pid = os.fork()
if pid == 0:
    os.closerange(3, 1000)
    os._exit(0)
result = os.waitpid(pid, 0)[1]
"""
        self.assertEqual(self.pipes.run(1, text), "0")
        self.assertEqual(self.pipes.run(2, "2"), "2")

    # Children.

    def test_a_child_that_was_forked_behind_the_back_of_python_does_not_answer(self) -> None:
        text = "import ctypes\nresult = ctypes.CDLL(None).fork()"
        pid = int(self.pipes.run(1, text))
        self.host.until(lambda: not is_alive(pid), "the end of the child")
        self.assertEqual(self.pipes.run(2, "2"), "2")
        self.assertEqual([one.get("id") for one in self.pipes.received], [None, 1, 2])

    def test_a_worker_is_a_process_group_of_its_own(self) -> None:
        other = self.host.fork(1)
        self.pipes.request(1, "os.killpg(0, 9)")
        exited = {"endpoint": 1, "pid": self.pid, "status": -9}
        self.host.until(lambda: exited in self.host.received("template.exited"), "its exit")
        self.assertEqual(other.run(2, "2", callpoint=1), "2")

    def test_a_worker_is_the_first_to_go_when_memory_runs_out(self) -> None:
        def score(pid: int) -> int:
            return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

        self.assertEqual(score(self.pid), min(score(self.host.vm.pid) + 500, 1000))

    # Streams and signals.

    def test_what_c_code_prints_lands_in_the_common_log(self) -> None:
        self.pipes.run(1, "import ctypes\nctypes.CDLL(None).printf(b'from C\\n')")
        self.host.until(lambda: b"from C\n" in self.host.output, "the line")

    def test_a_closed_standard_error_does_not_hide_why_a_worker_leaves(self) -> None:
        self.pipes.request(1, "sys.stdout.close()\nsys.stderr.close()\nsys.stdout = object()\nos.closerange(3, 1000)")
        # Whichever of its threads is the first to see it.
        self.leaves("the reply pipe cannot be used", "the control pipe cannot be used")

    def test_a_connection_to_the_host_is_not_printed_on_in_the_place_of_a_closed_stream(self) -> None:
        text = """
os.closerange(0, 3)
__import__('ncs._backend')._backend.host().close(1)
for number in range(3):
    try:
        os.write(number, b'printed\\n')
    except OSError:
        pass
"""
        self.pipes.run(1, text)
        self.assertEqual([asked["th"] for asked in self.host.received("trans.close")], [1])

    def test_an_interrupt_of_the_main_thread_ends_nothing(self) -> None:
        text = "import _thread\n_thread.interrupt_main()\nos.kill(os.getpid(), 2)"
        self.pipes.run(1, text)
        self.assertEqual(self.pipes.run(2, "os.getpid()"), str(self.pid))


class VMMisbehaviourTests(HostTestCase):
    def test_a_setup_that_closes_descriptors_by_range_ends_its_vm_with_a_reason(self) -> None:
        source = EVALUATING.replace("def setup(self):", "def setup(self):\n            os.closerange(3, 1000)")
        self.host.package("demo", {"demo/__init__.py": "", "demo/main.py": source}, {"main": "demo.main:Main"})
        self.host.start()
        self.assertEqual(self.host.wait(), 1)
        self.host.until(lambda: b"user code closed descriptor" in self.host.output, "the reason")


    def test_a_setup_that_fails_with_what_cannot_be_printed_ends_its_vm_with_a_reason(self) -> None:
        source = """
            import ncs

            class Unprintable(Exception):
                def __str__(self):
                    raise self

            class Main(ncs.application.Application):
                def setup(self):
                    raise Unprintable
        """
        self.host.package("demo", {"demo/__init__.py": "", "demo/main.py": source}, {"main": "demo.main:Main"})
        self.host.start()
        self.assertEqual(self.host.wait(), 1)
        self.host.until(lambda: b"demo.main.Unprintable" in self.host.output, "the reason")


class ForkedTransactionTests(HostTestCase):
    """A child of a callback inherits what its parent had open, but it is not the child's."""

    def setUp(self) -> None:
        super().setUp()
        self.asked: list[tuple[int, str, Message]] = []
        self.host.on_request = self.answer
        self.host.demo(EVALUATING)
        self.pipes = self.host.serve([0])

    def answer(self, connection: Connection, message: Message) -> None:
        self.asked.append((connection.pid, message["method"], message["params"]))
        results: dict[str, Any] = {"trans.open": {"th": 99}, "trans.read": {"tree": {}}}
        connection.answer(message, results.get(message["method"], {}))

    def run_with_transaction(self, body: str) -> list[tuple[bool, str, Message]]:
        """What was asked after the opening, and whether it was the VM that asked."""
        text = "with ncs.maapi.single_write_trans('admin', 'system') as trans:\n"
        text += "    trans.view.writes.append(['create', '/t:thing'])\n"
        self.pipes.run(1, text + "".join(f"    {line}\n" for line in body.splitlines()))
        return [(pid == self.host.vm.pid, method, params) for pid, method, params in self.asked[1:]]

    def test_a_child_that_leaves_the_transaction_does_not_close_it(self) -> None:
        asked = self.run_with_transaction("pid = os.fork()\nif pid == 0: sys.exit()\nos.waitpid(pid, 0)")
        self.assertEqual(asked, [(True, "trans.close", {"th": 99})])

    def test_a_child_does_not_send_what_its_parent_wrote(self) -> None:
        child = "trans.view.read('/t:thing')\nos._exit(0)"
        body = f"pid = os.fork()\nif pid == 0:\n    {child.replace(chr(10), chr(10) + '    ')}\nos.waitpid(pid, 0)\n"
        asked = self.run_with_transaction(body + "trans.apply()")
        self.assertEqual(asked[0], (False, "trans.read", {"th": 99, "path": "/t:thing"}))
        self.assertEqual(asked[1][:2], (True, "trans.apply"))
        self.assertEqual(asked[1][2]["writes"], [["create", "/t:thing"]])
