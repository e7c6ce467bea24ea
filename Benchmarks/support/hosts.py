"""A `callpoint serve` in a directory of its own."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

from support import processes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "python" / "examples"


def build(configuration: str = "release") -> pathlib.Path:
    """Build the product and return the tool."""
    command = ["swift", "build", "-c", configuration, "--product", "callpoint", "-q"]
    subprocess.run(command, cwd=ROOT, check=True)
    return ROOT / ".build" / configuration / "callpoint"


class Host:
    """A running host; ``close()`` stops it in order and removes its directory."""

    def __init__(
        self, tool: pathlib.Path, packages: Sequence[pathlib.Path], *, options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None, directory: pathlib.Path | None = None,
    ) -> None:
        self.directory = directory or pathlib.Path(tempfile.mkdtemp(prefix="callpoint-benchmark-"))
        self.directory.mkdir(exist_ok=True)
        self.socket_path = str(self.directory / "socket")
        started = time.monotonic()
        with open(self.directory / "host.log", "wb") as log:
            self.process = subprocess.Popen(
                [str(tool), "serve", *map(str, packages), "--state", str(self.directory), "--socket", self.socket_path,
                 "--log-file-prefix", str(self.directory / "logs" / "vm"), "--die-with-parent", *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, **(environment or {})},
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "ready\n":
                break
        else:
            raise SystemExit("the host did not become ready: " + (self.directory / "host.log").read_text())
        #: When it was ready, by the clock of `time.monotonic`.
        self.ready = time.monotonic()
        self.seconds_to_ready = self.ready - started

    def stop(self) -> int:
        """Stop the host in order and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def close(self) -> None:
        """Stop the host in order and remove its directory."""
        self.stop()
        shutil.rmtree(self.directory)

    def workers(self) -> list[int]:
        """Return the processes of the workers: the children of the templates."""
        tree = processes.below(self.process.pid)
        templates = {process.pid for process in tree if process.title.endswith(" template")}
        return [process.pid for process in tree if process.parent in templates]

    def worker(self, callpoint: str) -> int:
        """Return the process of the one worker of an action's callpoint, once there is one."""
        while True:
            for process in processes.below(self.process.pid):
                if process.title.endswith(f" action {callpoint}"):
                    return process.pid
            time.sleep(0.001)


@contextlib.contextmanager
def host(
    tool: pathlib.Path, *packages: pathlib.Path, options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Host]:
    """Run a host for the length of a block."""
    running = Host(tool, packages, options=options, environment=environment)
    try:
        yield running
    finally:
        running.close()
