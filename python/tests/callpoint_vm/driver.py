"""A host and guard in one, for tests: starts a VM, speaks to it, and sees to it that nothing is left behind."""

from __future__ import annotations

import array
import ctypes
import json
import mmap
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import textwrap
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Optional

from tests.callpoint_vm.wire_vectors import WIRE

PYTHON = Path(__file__).resolve().parents[2]
START_COMMAND = PYTHON / "ncs_dir" / "bin" / "ncs-start-python-vm"

#: Seconds that anything may take before a test fails.
PATIENCE = float(os.environ.get("CALLPOINT_TEST_PATIENCE", "120"))

Message = dict[str, Any]


def become_subreaper() -> None:
    """What a VM leaves behind becomes a child of the test's process, where it is found."""
    ctypes.CDLL(None).prctl(36, ctypes.c_ulong(1), 0, 0, 0)


def children() -> list[int]:
    """The children of this process, ended ones included."""
    tasks = Path("/proc/self/task")
    return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process is there and not just waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def schema() -> bytes:
    """A schema with the action ``/t:thing/run``, which has a leaf ``text`` in its input and in its output."""
    text = {"n": "text", "m": 0, "k": "leaf", "t": {"b": "string"}}
    module = {"name": "t", "prefix": "t", "namespace": "http://example.com/t", "revision": "2024-01-01"}
    lines = [
        {"format": 1, "modules": [module]},
        {"n": "", "k": "root", "c": [{"ref": 2, "n": "thing", "m": 0, "k": "container"}]},
        {"n": "thing", "m": 0, "k": "container", "p": 1, "c": [{"ref": 3, "n": "run", "m": 0, "k": "action"}]},
        {
            "n": "run",
            "m": 0,
            "k": "action",
            "p": 2,
            "c": [{"ref": 4, "n": "input", "m": 0, "k": "input"}, {"ref": 5, "n": "output", "m": 0, "k": "output"}],
        },
        {"n": "input", "m": 0, "k": "input", "p": 3, "c": [text]},
        {"n": "output", "m": 0, "k": "output", "p": 3, "c": [text]},
    ]
    data = b""
    offsets = []
    for line in lines:
        offsets.append(len(data))
        data += json.dumps(line).encode() + b"\n"
    return data + struct.pack(f"<{len(offsets) + 2}Q", *offsets, len(offsets), len(data))


class Lines:
    """Cuts bytes into messages."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, chunk: bytes) -> list[Message]:
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]


class Connection:
    """One connection that a VM, a template or a thread made."""

    def __init__(self, host: Host, connected: socket.socket) -> None:
        self.host = host
        self.socket = connected
        self.lines = Lines()
        self.kind = "unknown"
        self.pid = 0
        self.hello: Message = {}
        self.is_open = True

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, method: str, descriptors: Optional[list[int]] = None, **params: Any) -> None:
        message: Message = {"jsonrpc": "2.0", "method": method, "params": params}
        ancillary = []
        if descriptors is not None:
            message["fds"] = len(descriptors)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        WIRE.check("control", "host", message)
        data = json.dumps(message).encode() + b"\n"
        sent = self.socket.sendmsg([data], ancillary)
        assert sent == len(data)

    def answer(self, request: Message, result: Optional[Message] = None, error: Optional[Message] = None) -> None:
        response: Message = {"jsonrpc": "2.0", "id": request["id"]}
        response.update({"error": error} if error is not None else {"result": result or {}})
        WIRE.check("control", "host", response)
        self.socket.sendall(json.dumps(response).encode() + b"\n")

    def on_readable(self) -> None:
        try:
            chunk = self.socket.recv(65536)
        except ConnectionError:
            chunk = b""
        if not chunk:
            self.is_open = False
            self.host.forget(self)
            self.socket.close()
        for message in self.lines.feed(chunk):
            self.host.on_message(self, message)


class Pipes:
    """The host's side of an endpoint."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.request_end, self.requests = os.pipe()
        self.replies, self.reply_end = os.pipe()
        self.control_end, self.control = os.pipe()
        self.log, self.log_end = os.pipe()
        descriptor, path = tempfile.mkstemp()
        os.unlink(path)
        os.ftruncate(descriptor, 4096)
        self.page = mmap.mmap(descriptor, 4096)
        self.page_end = descriptor
        self.lines = Lines()
        self.received: list[Message] = []
        self.is_open = True
        host.watch(self)
        self.printed = _Log(host, self.log)
        host.watch(self.printed)

    def fileno(self) -> int:
        return self.replies

    def ends(self) -> list[int]:
        return [self.request_end, self.reply_end, self.control_end, self.page_end]

    def worker_ends(self) -> list[int]:
        return [*self.ends(), self.log_end]

    def handed_over(self) -> None:
        for descriptor in self.worker_ends():
            os.close(descriptor)

    def request(self, identifier: int, text: Optional[str] = None, callpoint: int = 0) -> None:
        """Asks for the action ``run``."""
        self.write(
            {
                "id": identifier,
                "cp": callpoint,
                "op": "action",
                "name": "run",
                "path": "/t:thing",
                "input": {} if text is None else {"text": text},
                "user": {"name": "admin", "context": "system", "session": 5},
            }
        )

    def write(self, message: Message) -> None:
        WIRE.check("requests", "host", message)
        os.write(self.requests, json.dumps(message).encode() + b"\n")

    def tell(self, do: str, **more: Any) -> None:
        message = {"do": do, **more}
        WIRE.check("commands", "host", message)
        os.write(self.control, json.dumps(message).encode() + b"\n")

    def words(self) -> list[int]:
        return [word for word in struct.unpack("<512Q", self.page[:]) if word]

    def on_readable(self) -> None:
        chunk = os.read(self.replies, 65536)
        if not chunk:
            self.is_open = False
            self.host.forget(self)
        for message in self.lines.feed(chunk):
            WIRE.check("replies", "endpoint", message)
            self.received.append(message)

    def reply(self, identifier: int) -> Message:
        """Waits for the reply to a request."""

        def found() -> Optional[Message]:
            return next((one for one in self.received if one.get("id") == identifier), None)

        return self.host.until(found, f"the reply to {identifier}; so far {self.received}")

    def output(self, identifier: int) -> str:
        """The leaf ``text`` of the output."""
        reply = self.reply(identifier)
        assert "ok" in reply, reply
        return reply["ok"]["output"]["text"]

    def run(self, identifier: int, text: Optional[str] = None, callpoint: int = 0) -> str:
        """Asks and waits."""
        self.request(identifier, text, callpoint)
        return self.output(identifier)

    def ready(self) -> Message:
        return self.host.until(
            lambda: next((one["ready"] for one in self.received if "ready" in one), None), "a ready line"
        )

    def close(self) -> None:
        self.host.forget(self)
        self.host.forget(self.printed)
        for descriptor in (self.requests, self.replies, self.control, self.log):
            os.close(descriptor)
        self.page.close()


class Host:
    """The control socket, the log pipe and a VM's process."""

    def __init__(self, test: unittest.TestCase) -> None:
        self.test = test
        self.directory = Path(tempfile.mkdtemp(prefix="callpoint-vm-"))
        self.socket_path = str(self.directory / "socket")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.socket_path)
        self._listener.listen()
        self._watched: dict[int, Any] = {}
        self._poll = select.poll()
        self.connections: list[Connection] = []
        self.pipes: list[Pipes] = []
        self.messages: list[tuple[Connection, Message]] = []
        self.components: list[Message] = []
        self.message_limit = 16 << 20
        self.plan_changes: Message = {}
        self.refusal: Optional[str] = None
        self.start_command = START_COMMAND
        self.on_request: Callable[[Connection, Message], None] = lambda c, m: c.answer(m)
        self.process: Optional[subprocess.Popen[bytes]] = None
        self.output = b""
        self._log_read = -1
        self.watch(self, self._listener.fileno())
        (self.directory / "schema").write_bytes(schema())

    # Packages.

    def package(self, name: str, files: dict[str, str], components: dict[str, str]) -> Path:
        """Writes a package; ``components`` maps a component's name to ``module:Class``."""
        directory = self.directory / "packages" / name
        for path, text in files.items():
            file = directory / "python" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        for component, target in components.items():
            module, _, attribute = target.partition(":")
            self.components.append(
                {
                    "package": name,
                    "name": component,
                    "class": f"{module}.{attribute}",
                    "module": module,
                    "attribute": attribute,
                    "model": "threading",
                    "directory": str(directory),
                }
            )
        return directory

    # The VM.

    def start(self, *arguments: str, environment: Optional[dict[str, str]] = None) -> None:
        """Starts the VM through the start command."""
        log_read, log_write = os.pipe()
        packages = sorted({component["directory"] + "/python" for component in self.components})
        variables = {
            **os.environ,
            "START": str(START_COMMAND),
            "NCS_DIR": str(PYTHON / "ncs_dir"),
            "PYTHONPATH": ":".join([os.environ.get("CALLPOINT_TEST_PATH", str(PYTHON)), str(PYTHON), *packages]),
            "NCS_IPC_PATH": self.socket_path,
            "CALLPOINT_TOKEN": "token-1",
            "CALLPOINT_PARENT": str(os.getpid()),
            # What is killed leaves its temporary files there.
            "TMPDIR": str(self.directory),
            **(environment or {}),
        }
        self.process = subprocess.Popen(
            [str(self.start_command), *(arguments or ("-l", "info", "-f", self.prefix, "-i", "vm"))],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log_write,
            stderr=log_write,
            cwd=self.directory,
        )
        os.close(log_write)
        self._log_read = log_read
        self.watch(_Log(self, log_read))

    def wrap_start_command(self, script: str) -> None:
        """Puts a shell script in the place of the start command, which it finds as ``$START``."""
        self.start_command = self.directory / "start"
        self.start_command.write_text(f"#!/bin/sh\n{script}\n")
        self.start_command.chmod(0o755)

    @property
    def prefix(self) -> str:
        return str(self.directory / "logs" / "ncs-python-vm")

    def log(self) -> str:
        """The VM's log file."""
        file = Path(f"{self.prefix}-vm.log")
        return file.read_text() if file.exists() else ""

    @property
    def vm(self) -> Connection:
        return self._connection("vm")

    @property
    def template(self) -> Connection:
        return self._connection("template")

    def _connection(self, kind: str) -> Connection:
        return self.until(
            lambda: next((one for one in self.connections if one.kind == kind), None), f"the connection of a {kind}"
        )

    def received(self, method: str) -> list[Message]:
        return [message["params"] for _, message in self.messages if message.get("method") == method]

    def expect(self, method: str, count: int = 1) -> Message:
        """Waits for the ``count``-th message with this method and returns its params."""
        self.until(lambda: len(self.received(method)) >= count, f"{method} number {count}")
        return self.received(method)[count - 1]

    def ready(self) -> Message:
        self.start()
        return self.expect("vm.ready")

    def demo(self, source: str) -> None:
        """Starts a VM with one package of one component, class ``Main`` of the source."""
        self.package("demo", {"demo/__init__.py": "", "demo/main.py": source}, {"main": "demo.main:Main"})
        self.ready()

    def fork_template(self) -> None:
        """Has the VM fork its template."""
        self.vm.send("vm.template")
        self.template

    def serve(self, callpoints: list[int], threads: int = 64) -> Pipes:
        """Has the VM serve with threads."""
        pipes = self.new_pipes()
        self.vm.send("vm.serve", pipes.ends(), endpoint=len(self.pipes), callpoints=callpoints, threads=threads)
        pipes.handed_over()
        pipes.ready()
        return pipes

    def fork(self, callpoint: int, title: str = "callpoint: vm action x") -> Pipes:
        """Has the template fork a worker."""
        (pipes,) = self.order_workers([callpoint], title)
        pipes.ready()
        return pipes

    def order_workers(self, callpoints: list[int], title: str = "callpoint: vm action x") -> list[Pipes]:
        """Asks the template for several workers at once; waits for none."""
        first = len(self.pipes) + 1
        several = [self.new_pipes() for _ in callpoints]
        ends = [end for pipes in several for end in pipes.worker_ends()]
        workers = [
            {"endpoint": first + number, "callpoint": callpoint, "title": title}
            for number, callpoint in enumerate(callpoints)
        ]
        self.template.send("template.fork", ends, workers=workers)
        for pipes in several:
            pipes.handed_over()
        return several

    def new_pipes(self) -> Pipes:
        """Makes the host's side of an endpoint."""
        pipes = Pipes(self)
        self.pipes.append(pipes)
        return pipes

    def wait(self) -> int:
        """Waits for the VM's exit and returns its status."""
        process = self.process
        assert process is not None
        self.until(lambda: process.poll() is not None, "the VM's exit")
        return process.returncode

    # Events.

    def watch(self, what: Any, descriptor: Optional[int] = None) -> None:
        number = what.fileno() if descriptor is None else descriptor
        self._watched[number] = what
        self._poll.register(number, select.POLLIN)

    def forget(self, what: Any) -> None:
        number = what.fileno()
        if self._watched.pop(number, None) is not None:
            self._poll.unregister(number)

    def on_readable(self) -> None:
        connected, _ = self._listener.accept()
        connection = Connection(self, connected)
        self.connections.append(connection)
        self.watch(connection)

    def on_message(self, connection: Connection, message: Message) -> None:
        method = message.get("method", "")
        WIRE.check("control", "thread" if method.startswith("trans.") else method.partition(".")[0], message)
        self.messages.append((connection, message))
        if method.endswith(".hello"):
            if self.refusal is not None:
                connection.answer(
                    message, error={"code": -32000, "message": self.refusal, "data": {"kind": "invalid-request"}}
                )
                return
            connection.kind = method.partition(".")[0]
            connection.hello = message["params"]
            connection.pid = message["params"]["pid"]
            connection.answer(message, self._hello_answer(method))
        elif "id" in message:
            self.on_request(connection, message)

    def _hello_answer(self, method: str) -> Message:
        if method == "vm.hello":
            return self._plan()
        return {"messageLimit": self.message_limit} if method == "thread.hello" else {}

    def _plan(self) -> Message:
        plan = {
            "vm": "vm",
            "host": os.getpid(),
            "version": "6.7",
            "components": self.components,
            "schema": str(self.directory / "schema"),
            "log": {"prefix": self.prefix, "level": "info"},
            "threads": 64,
            "messageLimit": self.message_limit,
            "parentDeathSignal": True,
            "selfAssignWarning": "alarm",
        }
        return {**plan, **self.plan_changes}

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Handles what comes in until the condition holds; returns its value."""
        deadline = time.monotonic() + PATIENCE
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {PATIENCE} s for {what}\n{self.story()}")
            # Some conditions are about processes and files, which no descriptor tells of: look again soon.
            for descriptor, _ in self._poll.poll(5):
                if descriptor in self._watched:
                    self._watched[descriptor].on_readable()

    def story(self) -> str:
        """What happened, for a failure's text."""
        messages = "\n".join(str(message) for _, message in self.messages)
        return f"messages:\n{messages}\noutput of the VM:\n{self.output.decode()}\nits log:\n{self.log()}"

    def close(self) -> None:
        """Ends the VM and sees to it that its processes end by themselves and that nothing else is left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        for connection in self.connections:
            if connection.is_open:
                self.forget(connection)
                connection.socket.close()
        for pipes in self.pipes:
            pipes.close()
        ours = {connection.pid for connection in self.connections if connection.kind in ("vm", "template")}
        ours.update(forked["pid"] for forked in self.received("template.forked"))
        try:
            self.until(lambda: not any(map(is_alive, ours)), f"the end of the processes {ours}")
        finally:
            self._sweep()
            self._listener.close()
            if self._log_read >= 0:
                os.close(self._log_read)
            shutil.rmtree(self.directory)

    def _sweep(self) -> None:
        """Does what the guard does: kills what user code left behind, until nothing is left."""
        while True:
            for pid in children():
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return


class _Log:
    """The VM's standard output and standard error."""

    def __init__(self, host: Host, descriptor: int) -> None:
        self.host = host
        self.descriptor = descriptor

    def fileno(self) -> int:
        return self.descriptor

    def on_readable(self) -> None:
        chunk = os.read(self.descriptor, 65536)
        self.host.output += chunk
        if not chunk:
            self.host.forget(self)


class HostTestCase(unittest.TestCase):
    """A test with a host of its own."""

    def setUp(self) -> None:
        become_subreaper()
        self.host = Host(self)
        self.addCleanup(self.host.close)
