"""One component of a package: what it registered, and what it asks of the VM it runs in."""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from _ncs.error import Error

from .dp import Daemon
from .log import Log


@dataclass
class Registration:
    """A callback class that serves one point."""

    #: `service`, `nano`, `action` or `validation`.
    kind: str
    #: The servicepoint, actionpoint or validation point.
    name: str
    cls: type
    init_args: Any = None
    #: Of a nano service: the type of the plan's component, or `*`.
    component_type: Optional[str] = None
    #: Of a nano service: the state.
    state: Optional[str] = None

    @property
    def callbacks(self) -> list[str]:
        """The operations that the class implements, as requests name them, and `abort`."""
        return [name for name in _OPERATIONS[self.kind] if callable(getattr(self.cls, f"cb_{name}", None))]

    @property
    def class_name(self) -> str:
        """The full name of the class."""
        return f"{self.cls.__module__}.{self.cls.__qualname__}"

    def check(self) -> Registration:
        """Return this registration.

        Raises:
            Error: the class lacks what its point needs.
        """
        if not inspect.isclass(self.cls):
            raise Error(f"{self.kind} {self.name}: {self.cls!r} is not a class")
        needed = [name for name in _OPERATIONS[self.kind] if name not in ("abort", "completion")]
        if not set(needed) & set(self.callbacks):
            methods = " or ".join(f"cb_{name}" for name in needed)
            raise Error(f"{self.kind} {self.name}: class {self.class_name} has no {methods}")
        return self

    def instantiate(self, log: Any) -> Any:
        """Make the object whose methods serve the point, and let it initialise itself."""
        daemon = Daemon(self.name, log=log)
        if self.kind == "nano":
            return self.cls(daemon, self.name, self.component_type, self.state, log=log, init_args=self.init_args)
        return self.cls(daemon, self.name, log=log, init_args=self.init_args)


_OPERATIONS = {
    "service": ("create", "pre_modification", "post_modification", "pre_lock_create"),
    "nano": ("nano_create", "nano_delete"),
    "action": ("action", "abort", "completion"),
    "validation": ("validate",),
}


class FunctionState:
    """What a function given to `register_fun` gets: the component's log."""

    def __init__(self, log: Any) -> None:
        self.log = log


def _ignore(_class_name: str, _is_running: bool) -> None:
    pass


@dataclass
class Component:
    """The VM's side of an application object; the VM makes it and gives it to the class as its only argument."""

    package: str
    name: str
    class_name: str
    log: Log
    #: Called with a name and whether a thread of that name now runs.
    running_thread: Callable[[str, bool], None] = _ignore
    registrations: list[Registration] = field(default_factory=list)
    functions: list[tuple[Callable, Callable]] = field(default_factory=list)
    finish_callbacks: list[Callable] = field(default_factory=list)
    transaction_callbacks: list[type] = field(default_factory=list)
    #: Set by the VM: what `set_log_level` and `set_self_assign_warning` reach.
    set_log_level: Callable[[int], None] = lambda _level: None
    _started: list[tuple[Callable, Any]] = field(default_factory=list)

    def register(self, registration: Registration) -> None:
        """Remember a registration."""
        self.registrations.append(registration.check())

    def start_functions(self) -> None:
        """Run the start functions of `register_fun`."""
        for start, stop in self.functions:
            self._started.append((stop, start(FunctionState(self.log))))

    def stop_functions(self) -> None:
        """Run the stop functions of those that started, last first."""
        while self._started:
            stop, value = self._started.pop()
            stop(value)

    def finish(self) -> None:
        """Tell who asked for it with `reg_finish` that the VM stops."""
        for callback in list(self.finish_callbacks):
            callback()


def component_of(arguments: tuple, named: dict[str, Any]) -> Component:
    """Return the component among a constructor's arguments, or a new one that has at most the argument `log`."""
    for argument in (*arguments, *named.values()):
        if isinstance(argument, Component):
            return argument
    return Component("", "", "", named.get("log") or Log(logging.getLogger("ncs")))
