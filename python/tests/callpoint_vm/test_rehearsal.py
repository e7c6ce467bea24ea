"""What the template does before it forks."""

from __future__ import annotations

import os
import threading
import unittest
from typing import Any
from unittest import mock

from callpoint_vm import api, rehearsal, threads, wire
from callpoint_vm.wire import Message
from ncs import _backend
from ncs._rehearsal import Stage


class Rehearsals(unittest.TestCase):
    def setUp(self) -> None:
        before = list(_backend._installed)
        self.addCleanup(lambda: _backend._installed.__setitem__(slice(None), before))
        self.host: Any = Stage()
        api.install(self.host)

    def test_every_request_is_answered_without_an_error(self) -> None:
        replies: list[Message] = []
        encode = wire.reply_line

        def remember(identifier: int, reply: Message) -> bytes:
            replies.append({"id": identifier, **reply})
            return encode(identifier, reply)

        with mock.patch("callpoint_vm.endpoint.reply_line", remember):
            rehearsal.rehearse()
        self.assertEqual([reply["id"] for reply in replies], list(range(1, 2 * rehearsal._ROUNDS + 1)))
        self.assertEqual([reply for reply in replies if "ok" not in reply], [])

    def test_a_control_thread_that_comes_late_finds_its_pipe(self) -> None:
        read = wire.read_chunk

        def read_late(descriptor: int) -> bytes:
            if threading.current_thread().name == "callpoint-control":
                threading.Event().wait(4 * threads.PATIENCE)
            return read(descriptor)

        broken: list[str] = []
        with mock.patch("callpoint_vm.endpoint.read_chunk", read_late):
            with mock.patch("callpoint_vm.endpoint.Endpoint._break", lambda endpoint, reason: broken.append(reason)):
                rehearsal.rehearse()
                for thread in threading.enumerate():
                    if thread.name == "callpoint-control":
                        thread.join()
        self.assertEqual(broken, [])

    def test_nothing_is_left_of_it(self) -> None:
        before = self._state()
        rehearsal.rehearse()
        self.assertEqual(self._state(), before)
        self.assertIs(_backend.host(), self.host)

    def _state(self) -> tuple[list[str], int, str]:
        """Descriptors, native threads, and what this thread is called."""
        tasks = len(os.listdir("/proc/self/task"))
        return sorted(os.listdir("/proc/self/fd")), tasks, threading.current_thread().name
