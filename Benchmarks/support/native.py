"""The two programs in C: what puts load on a socket, and the relay that is the floor."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SOURCES = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """What a short load came to: answers a second, and latencies in microseconds."""

    throughput: float
    p50: float
    p90: float
    p99: float
    max: float


def action(path: str, parameters: dict | None = None) -> str:
    """Return the line that asks for an action, for the load."""
    params = json.dumps({"path": path, "input": parameters or {}}, separators=(",", ":"))
    return f'{{"jsonrpc":"2.0","id":@,"method":"action","params":{params}}}\n'


class Native:
    """The programs, compiled into a directory."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory
        compiler = shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise SystemExit("neither gcc nor clang is on PATH")
        for name in ("load", "relay"):
            command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(directory / name), str(SOURCES / f"{name}.c")]
            subprocess.run(command, check=True)

    def load(self, socket: str, requests: Sequence[str], in_flight: int, seconds: float) -> Sample:
        """Keep so many requests on their way for some seconds."""
        outcome = subprocess.run(
            [str(self._directory / "load"), socket, str(in_flight), str(seconds)], input="".join(requests),
            stdout=subprocess.PIPE, text=True, check=True)
        return Sample(**json.loads(outcome.stdout))

    @contextlib.contextmanager
    def relay(self, directory: pathlib.Path, kind: str, name: str = "relay") -> Iterator[str]:
        """Run the relay with a kind of loop for the length of a block, which gets its socket."""
        socket = directory / f"{name}.socket"
        command = [str(self._directory / "relay"), str(socket), sys.executable, "-m", "support.loop", kind]
        with subprocess.Popen(command, cwd=SOURCES.parent, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise SystemExit("the relay did not become ready")
            try:
                yield str(socket)
            finally:
                process.kill()
                socket.unlink()
