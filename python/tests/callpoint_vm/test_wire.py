"""Messages on pipes and sockets."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import unittest

from callpoint_vm import wire


class LinesTests(unittest.TestCase):
    def test_messages_may_come_in_any_pieces(self) -> None:
        data = b"".join(wire.line(message) for message in ({"a": 1}, {"b": "é\n"}, {"c": []}))
        for size in range(1, len(data) + 1):
            lines = wire.Lines()
            messages = [one for start in range(0, len(data), size) for one in lines.feed(data[start : start + size])]
            self.assertEqual(messages, [{"a": 1}, {"b": "é\n"}, {"c": []}], size)

    def test_a_line_that_is_not_a_json_object_is_refused_with_its_text(self) -> None:
        for text in (b"[1]\n", b"nonsense\n", b"\xff\n", b"\n"):
            with self.assertRaises(wire.ProtocolError, msg=text):
                wire.Lines().feed(text)

    def test_a_message_longer_than_the_limit_is_refused_before_it_is_complete(self) -> None:
        lines = wire.Lines()
        chunk = b" " * (1 << 20)
        for _ in range(wire.LIMIT >> 20):
            lines.feed(chunk)
        with self.assertRaisesRegex(wire.ProtocolError, "longer than"):
            lines.feed(chunk)

    def test_whatever_a_reply_has_travels_behind_its_number(self) -> None:
        output = {"output": {"text": "é", "row": [{"n": 1}]}}
        replies: list[wire.Message] = [
            {"ok": {}},
            {"ok": output},
            {"ok": {**output, "more": 1}},
            {"ok": output, "writes": [["set", "/a", "b"]], "reads": ["/c"]},
            {"ok": {"proplist": []}},
            {"error": {"message": "gone", "kind": "failed"}},
        ]
        for reply in replies:
            sent = wire.reply_line(7, reply)
            self.assertEqual(wire.Lines().feed(sent), [{"id": 7, **reply}], reply)

    def test_a_number_that_json_does_not_have_is_not_sent(self) -> None:
        with self.assertRaises(ValueError):
            wire.line({"x": float("nan")})


class PipeTests(unittest.TestCase):
    def test_a_message_larger_than_a_non_blocking_pipe_is_written_whole(self) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        data = os.urandom(1 << 20)
        received = bytearray()

        def read() -> None:
            while len(received) < len(data):
                received.extend(wire.read_chunk(reader))

        thread = threading.Thread(target=read)
        thread.start()
        wire.write_all(writer, data)
        thread.join()
        os.close(reader)
        os.close(writer)
        self.assertEqual(received, data)


class LinkTests(unittest.TestCase):
    def setUp(self) -> None:
        directory = self.temporary_directory()
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(f"{directory}/socket")
        listener.listen()
        self.link = wire.Link(f"{directory}/socket")
        self.addCleanup(self.link.close)
        self.host, _ = listener.accept()
        self.addCleanup(self.host.close)

    def temporary_directory(self) -> str:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name

    def test_descriptors_come_close_on_exec_and_are_taken_in_order(self) -> None:
        pairs = [os.pipe() for _ in range(4)]
        socket.send_fds(self.host, [b'{"method":"one","fds":4}\n{"method":"two"}\n'], [reader for reader, _ in pairs])
        messages = self.link.receive()
        self.assertEqual([message["method"] for message in messages], ["one", "two"])
        taken = self.link.take_descriptors(4)
        for (reader, writer), descriptor in zip(pairs, taken):
            self.assertFalse(os.get_inheritable(descriptor))
            os.write(writer, b"x")
            self.assertEqual(os.read(descriptor, 1), b"x")
            for number in (reader, writer, descriptor):
                os.close(number)

    def test_a_message_that_names_descriptors_which_did_not_come_is_refused(self) -> None:
        with self.assertRaisesRegex(wire.ProtocolError, "4 descriptors, 0 came"):
            self.link.take_descriptors(4)

    def test_messages_around_an_answer_are_kept(self) -> None:
        self.host.sendall(b'{"method":"before"}\n{"id":1,"result":{"x":2}}\n{"method":"after"}\n')
        self.assertEqual(self.link.call("hello", {}), {"id": 1, "result": {"x": 2}})
        self.assertEqual([message["method"] for message in self.link.receive()], ["before", "after"])

    def test_the_end_of_the_connection_is_an_exception(self) -> None:
        self.host.close()
        with self.assertRaises(EOFError):
            self.link.receive()

    def test_no_host_is_said_with_the_socket(self) -> None:
        with self.assertRaisesRegex(OSError, "no host answers on the socket /nowhere/socket"):
            wire.Link("/nowhere/socket")

    def test_a_forked_child_does_not_hold_the_connection(self) -> None:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
        os.close(reader)
        self.link.close()
        self.assertEqual(self.host.recv(1), b"")
        os.close(writer)
        os.waitpid(pid, 0)
