"""What tests of callbacks have in common: a log that remembers, and requests."""

from __future__ import annotations

from typing import Any, Optional

from ncs import _backend, _dispatch
from ncs._component import Registration
from ncs.log import Log

from .example import example_host
from .memory_host import MemoryHost


class Lines:
    """A log object that keeps its lines, each with its level."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __getattr__(self, level: str) -> Any:
        if level not in ("debug", "info", "warning", "error", "critical", "exception"):
            raise AttributeError(level)
        return lambda line: self.lines.append((level, line))

    def at(self, level: str) -> list[str]:
        """Return the lines of one level."""
        return [line for own, line in self.lines if own == level]


class Served:
    """A callback class behind a host, as the VM has it."""

    def __init__(
        self,
        kind: str,
        cls: type,
        init_args: Any = None,
        tree: Optional[dict] = None,
        component_type: Optional[str] = None,
        state: Optional[str] = None,
    ) -> None:
        self.host: MemoryHost = example_host(tree)
        self.lines = Lines()
        self.log = Log(self.lines)
        self.registration = Registration(kind, "point", cls, init_args, component_type, state).check()
        self.instance = self.registration.instantiate(self.log)

    def ask(self, op: str, **members: Any) -> dict:
        """Run one request and return the reply."""
        request = {"id": 17, "cp": 0, "op": op, **members}
        request.setdefault("user", {"name": "alice", "context": "cli", "session": 5})
        _backend.install(self.host)
        return _dispatch.run(self.instance, self.registration, request, self.log)
