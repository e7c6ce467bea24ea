"""A client: one connection with many requests on their way."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

from support.soak.journal import Request


class Client:
    """A connection that comes and goes, and what it waits for."""

    def __init__(
        self, number: int, path: str, answered: Callable[[Request, dict], None], complain: Callable[[str], None]
    ) -> None:
        self.number = number
        self._path = path
        self._answered = answered
        self._complain = complain
        self.waiting: dict[int, Request] = {}
        #: Answers without a number that are due, as a line was no JSON or too long.
        self.nameless = 0
        self.socket: socket.socket | None = None
        self._received = bytearray()
        self._unsent = bytearray()

    def connect(self) -> socket.socket:
        """Open the connection."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self._path)
        self.socket.setblocking(False)
        return self.socket

    def disconnect(self, now: float) -> int:
        """Close the connection with everything on its way, and return how much that was."""
        assert self.socket is not None
        self.socket.close()
        self.socket = None
        count = len(self.waiting)
        for request in self.waiting.values():
            request.outcome, request.answered = "abandoned", now
        self.waiting.clear()
        self.nameless = 0
        self._received.clear()
        self._unsent.clear()
        return count

    @property
    def has_unsent(self) -> bool:
        """Whether the connection has to be watched for room."""
        return bool(self._unsent)

    def send(self, request: Request | None, line: bytes) -> None:
        """Send a request, or a line that is none."""
        if request is None:
            self.nameless += 1
        else:
            self.waiting[request.number] = request
        self._unsent += line

    def flush(self) -> None:
        """Write as much as there is room for."""
        assert self.socket is not None
        while self._unsent:
            try:
                count = self.socket.send(memoryview(self._unsent)[: 1 << 20])
            except BlockingIOError:
                return
            except OSError as error:
                self._complain(f"client {self.number}: the connection broke: {error}")
                return
            del self._unsent[:count]

    def receive(self, now: float) -> bool:
        """Take every answer that is there; whether the connection still stands."""
        assert self.socket is not None
        try:
            chunk = self.socket.recv(1 << 18)
        except BlockingIOError:
            return True
        except OSError as error:
            self._complain(f"client {self.number}: the connection broke: {error}")
            return False
        if not chunk:
            self._complain(f"client {self.number}: the host closed the connection")
            return False
        self._received += chunk
        if b"\n" in chunk:
            *lines, rest = self._received.split(b"\n")
            self._received = rest
            for line in lines:
                self._take(line, now)
        return True

    def _take(self, line: bytearray, now: float) -> None:
        answer = json.loads(line)
        number = answer.get("id")
        if number is None and self.nameless:
            self.nameless -= 1
            return
        request = self.waiting.pop(number, None)
        if request is None:
            self._complain(f"client {self.number}: an answer for {number}, which it does not wait for: {line[:200]!r}")
            return
        request.answered = now
        request.outcome = "result" if "result" in answer else answer["error"]["data"]["kind"]
        self._answered(request, answer)
