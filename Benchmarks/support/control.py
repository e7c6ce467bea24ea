"""A client that asks one thing after the other."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator


class Control:
    """A connection to a host's control socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("rb")

    def ask(self, method: str, **params: object) -> dict:
        """Return the result of a request; one that fails ends the benchmark."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self._connection.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(self._answers.readline())
        if "error" in answer:
            raise SystemExit(f"{method} failed: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Close the connection."""
        self._answers.close()
        self._connection.close()


@contextlib.contextmanager
def control(path: str) -> Iterator[Control]:
    """Connect to a control socket for the length of a block."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    client = Control(connection)
    try:
        yield client
    finally:
        client.close()
