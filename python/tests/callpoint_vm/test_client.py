"""What Python asks of the host by itself."""

from __future__ import annotations

import ast
from typing import Any

from tests.callpoint_vm.driver import Connection, HostTestCase, Message
from tests.callpoint_vm.packages import EVALUATING

HOST = "__import__('ncs._backend')._backend.host()"


class ClientTests(HostTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked: list[tuple[int, str, Message]] = []
        self.answers: dict[str, Any] = {}
        self.host.on_request = self.answer
        self.host.demo(EVALUATING)
        self.pipes = self.host.serve([0])

    def answer(self, connection: Connection, message: Message) -> None:
        self.asked.append((connection.pid, message["method"], message["params"]))
        answer = self.answers.get(message["method"], {})
        if "error" in answer:
            connection.answer(message, error=answer["error"])
        else:
            connection.answer(message, answer)

    def threads(self) -> list[Connection]:
        return [one for one in self.host.connections if one.kind == "thread"]

    def test_a_thread_opens_one_connection_and_keeps_it(self) -> None:
        self.answers["trans.open"] = {"th": 99}
        text = f"{HOST}.open('write', 'running', 'admin', 'system')"
        self.assertEqual(self.pipes.run(1, text), "99")
        self.assertEqual(self.pipes.run(2, text), "99")
        (connection,) = self.threads()
        self.assertEqual(connection.hello, {"token": "token-1", "pid": self.host.vm.pid})
        self.assertEqual(
            self.asked[0][1:],
            ("trans.open", {"mode": "write", "db": "running", "user": "admin", "context": "system"}),
        )

    def test_the_connection_of_a_thread_that_ended_is_closed(self) -> None:
        self.pipes.run(1, f"t = threading.Thread(target={HOST}.close, args=(1,))\nt.start()\nt.join()")
        (connection,) = self.threads()
        self.host.until(lambda: not connection.is_open, "the end of the connection")

    def test_a_forked_child_opens_its_own(self) -> None:
        self.pipes.run(1, f"{HOST}.close(1)")
        text = f"pid = os.fork()\nif pid == 0:\n    {HOST}.close(2)\n    os._exit(0)\nos.waitpid(pid, 0)\nresult = pid"
        pid = int(self.pipes.run(2, text))
        self.assertEqual([one.pid for one in self.threads()], [self.host.vm.pid, pid])
        self.assertEqual(
            [asked[:1] + asked[2:] for asked in self.asked], [(self.host.vm.pid, {"th": 1}), (pid, {"th": 2})]
        )

    def test_a_spawned_child_finds_the_host_through_the_environment(self) -> None:
        script = "from ncs import _backend; _backend.host().close(3)"
        text = f"import subprocess\nresult = subprocess.run([sys.executable, '-c', '{script}']).returncode"
        self.assertEqual(self.pipes.run(1, text), "0")
        self.assertEqual(self.asked[0][1:], ("trans.close", {"th": 3}))
        self.assertNotEqual(self.asked[0][0], self.host.vm.pid)

    def test_requests_name_what_they_carry_and_nothing_else(self) -> None:
        self.answers["trans.read"] = {"tree": {"a": 1}}
        self.assertEqual(self.pipes.run(1, f"{HOST}.read(5, '/a:b', None, [['delete', '/a:b/c']])"), "{'a': 1}")
        self.answers["trans.read"] = {}
        self.assertEqual(self.pipes.run(2, f"{HOST}.read(5, '/a:b', '/a:b{{1}}', [])"), "None")
        self.answers["trans.apply"] = {"changes": [{"op": "set"}]}
        self.assertEqual(self.pipes.run(3, f"{HOST}.apply(5, [], ['/a:b'], dry_run=True)"), "[{'op': 'set'}]")
        self.assertEqual(
            [params for _, _, params in self.asked],
            [
                {"th": 5, "path": "/a:b", "writes": [["delete", "/a:b/c"]]},
                {"th": 5, "path": "/a:b", "after": "/a:b{1}"},
                {"th": 5, "writes": [], "reads": ["/a:b"], "dryRun": True, "request": 3},
            ],
        )

    def test_an_action_names_the_request_it_is_called_from(self) -> None:
        self.answers["trans.action"] = {"output": {"x": 1}}
        self.assertEqual(self.pipes.run(7, f"{HOST}.action('/a:b/c', {{}}, 'admin', 'system')"), "{'x': 1}")
        self.assertEqual(
            self.asked[0][2], {"path": "/a:b/c", "input": {}, "user": "admin", "context": "system", "request": 7}
        )

    def test_a_callback_may_call_an_action_of_its_own_vm(self) -> None:
        waiting: list[tuple[Connection, Message]] = []
        self.host.on_request = lambda connection, message: waiting.append((connection, message))
        depth = 16
        for identifier in range(1, depth + 1):
            self.pipes.request(identifier, f"{HOST}.action('/t:thing/run', {{}}, 'admin', 'system')")
            self.pipes.tell("take-over", waits=True)
            self.host.until(lambda: len(waiting) == identifier, "the next action")
        self.assertEqual([message["params"]["request"] for _, message in waiting], list(range(1, depth + 1)))
        self.assertEqual(sorted(self.pipes.words()), list(range(1, depth + 1)))
        for identifier, (connection, message) in reversed(list(enumerate(waiting, 1))):
            connection.answer(message, {"output": {"deepest": identifier}})
            self.assertEqual(self.pipes.output(identifier), f"{{'deepest': {identifier}}}")

    def test_a_refusal_is_an_error_with_its_number(self) -> None:
        for data, errno in (({"kind": "conflict"}, 70), ({"kind": "invalid-path"}, 8), ({"kind": "x", "errno": 1}, 1)):
            self.answers["trans.close"] = {"error": {"code": -1, "message": "no", "data": data}}
            text = (
                f"try:\n    {HOST}.close(1)\nexcept Exception as error:\n"
                "    result = type(error).__name__, error.confd_errno, error.confd_lasterr"
            )
            self.assertEqual(self.pipes.run(errno, text), f"('Error', {errno}, 'no')")

    def test_a_message_above_the_hosts_limit_is_refused_before_it_is_sent(self) -> None:
        self.host.message_limit = 1 << 20
        text = (
            f"try:\n    {HOST}.write(1, [['set', '/a', 'x' * (1 << 20)]])\nexcept Exception as error:\n"
            f"    result = error.confd_lasterr\n{HOST}.close(1)"
        )
        self.assertIn("trans.write cannot be sent: it has 1048", self.pipes.run(1, f"{HOST}.close(2)\n{text}"))
        self.assertEqual([params for _, _, params in self.asked], [{"th": 2}, {"th": 1}])

    def test_an_answer_that_makes_no_sense_is_an_error_that_says_so_and_the_next_call_connects_anew(self) -> None:
        text = (
            f"try:\n    {HOST}.close(1)\nexcept Exception as error:\n    result = type(error).__name__, str(error)"
        )
        for nonsense in (b"nonsense\n", b"[1]\n", b"\xff\xfe\n", b'{"id":2}\n', b'{"id":2,"error":"no"}\n'):
            self.host.on_request = lambda connection, message: connection.socket.sendall(nonsense)
            name, text_shown = ast.literal_eval(self.pipes.run(1, text))
            self.assertEqual(name, "EOF")
            self.assertIn("makes no sense", text_shown)
            self.host.on_request = self.answer
            self.pipes.run(2, f"{HOST}.close(1)")

    def test_a_deadline_is_moved_on_the_reply_pipe(self) -> None:
        self.pipes.run(4, f"{HOST}.set_timeout(4, 60)")
        self.assertIn({"timeout": {"id": 4, "seconds": 60}}, self.pipes.received)
