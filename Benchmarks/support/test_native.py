"""The programs in C count what there is to count."""

from __future__ import annotations

import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import unittest

from support.native import Native, action


class NativeTest(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        self.native = Native(self.directory)

    def served(self, answer: str) -> tuple[str, list[dict]]:
        """Serve one client on a socket, with the same answer to each request but for its id."""
        path = str(self.directory / "socket")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        received: list[dict] = []

        def serve() -> None:
            with listener, listener.accept()[0] as connection, connection.makefile("rwb") as stream:
                for line in stream:
                    received.append(json.loads(line))
                    stream.write((answer % received[-1]["id"]).encode() + b"\n")
                    stream.flush()

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return path, received

    def test_every_request_is_counted_once_and_each_slot_has_its_line(self) -> None:
        path, received = self.served('{"id": %d, "result": {}}')
        sample = self.native.load(path, [action("/a"), action("/b", {"text": "@"})], 3, 0.05)
        self.assertEqual({each["id"]: each["params"]["path"] for each in received}, {0: "/a", 1: "/b", 2: "/a"})
        self.assertEqual({each["params"]["input"].get("text") for each in received}, {None, "@"})
        self.assertLessEqual(sample.p50, sample.p90)
        self.assertLessEqual(sample.p99, sample.max)
        # The last three answers come when the time is over, so that no more are counted than what that was.
        self.assertLessEqual(sample.throughput, len(received) / 0.05)

    def test_an_answer_that_is_an_error_ends_the_load(self) -> None:
        path, _ = self.served('{"id":%d,"error":{"message":"no"}}')
        with self.assertRaises(subprocess.CalledProcessError):
            self.native.load(path, [action("/a")], 1, 0.05)

    def test_the_relay_and_its_loops_give_back_what_they_are_given(self) -> None:
        for kind, given in (("bare", {"text": "x"}), ("callback", {"text": "x"}), ("burn", {"microseconds": 1})):
            with self.subTest(kind), self.native.relay(self.directory, kind) as path:
                self.assertGreater(self.native.load(path, [action("/a", given)], 8, 0.05).throughput, 0)
                with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as answers:
                    connection.connect(path)
                    connection.sendall(action("/a", given).replace("@", "7").encode())
                    self.assertEqual(json.loads(answers.readline()), {"id": 7, "result": {"output": given}})


if __name__ == "__main__":
    unittest.main()
