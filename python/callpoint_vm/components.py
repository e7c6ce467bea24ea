"""Components: their import, construction, ``setup()`` and ``teardown()``, each in a thread of the component's own."""

from __future__ import annotations

import importlib
import os
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable, Optional

from callpoint_vm import api
from callpoint_vm.callpoint import Callpoint
from callpoint_vm.leaving import complain, guarded
from callpoint_vm.wire import Message

#: The most characters of an exception's text that the host is told.
_LONGEST_TEXT = 4096


@dataclass(frozen=True)
class Plan:
    """What the host says of a component."""

    package: str
    name: str
    class_name: str
    module: str
    attribute: str
    directory: str

    @staticmethod
    def of(message: Message) -> Plan:
        """Reads one of the ``components`` of the answer to ``vm.hello``."""
        return Plan(
            message["package"],
            message["name"],
            message["class"],
            message["module"],
            message["attribute"],
            message["directory"],
        )


class ComponentError(Exception):
    """A component cannot be used; the text says where and why."""


class Component:
    """One component of a package, from import to ``teardown()``."""

    def __init__(
        self,
        plan: Plan,
        numbers: Iterator[int],
        running_thread: Callable[[Plan, str, bool], None],
        set_log_level: Callable[[int], None],
        tell_problem: Callable[[Plan, str], None],
    ) -> None:
        self.plan = plan
        self.error: Optional[str] = None
        self.callpoints: list[Callpoint] = []
        self._numbers = numbers
        self._tell_problem = tell_problem
        self._side = api.new_component(
            plan.package,
            plan.name,
            plan.class_name,
            lambda name, runs: running_thread(plan, name, runs),
            set_log_level,
        )
        self._instance: Optional[Any] = None
        self._needs_teardown = False

    def in_thread(self, work: Callable[[], None]) -> threading.Thread:
        """Starts a component thread that does ``work``."""
        thread = threading.Thread(target=guarded, args=(work,), name=f"ComponentThread:{self.plan.name}", daemon=True)
        thread.start()
        return thread

    def set_up(self, then: Callable[[], None]) -> None:
        """Imports the class, makes the instance, runs ``setup()``, and calls ``then``. ``error`` says how it went."""
        try:
            cls = self._load()
            self._instance = cls(self._side)
            self._needs_teardown = True
            if api.is_application(cls):
                self._instance.setup()
            self.callpoints = [
                Callpoint(next(self._numbers), self.plan.package, self.plan.name, registration, self._side.log)
                for registration in self._side.registrations
            ]
        except BaseException as error:
            self._fail(error)
        then()
        if self.error is None and not api.is_application(type(self._instance)):
            self._run()

    def start(self) -> None:
        """Runs what had to wait until no fork comes any more: the functions given to ``register_fun``."""
        if self._needs_teardown:
            self._attempt("a start function failed", self._side.start_functions)

    def tear_down(self) -> None:
        """Runs stop functions, the callbacks of ``reg_finish``, and ``teardown()``; once."""
        if not self._needs_teardown:
            return
        self._needs_teardown = False
        self._attempt("a stop function failed", self._side.stop_functions)
        self._attempt("a function given to reg_finish() failed", self._side.finish)
        if api.is_application(type(self._instance)):
            assert self._instance is not None
            self._attempt("teardown() failed", self._instance.teardown)

    def _load(self) -> type:
        module = importlib.import_module(self.plan.module)
        found = getattr(module, self.plan.attribute, None)
        where = getattr(module, "__file__", None) or self.plan.module
        if found is None:
            raise ComponentError(f"{where}: there is no class {self.plan.attribute} in module {self.plan.module}")
        if not isinstance(found, type):
            raise ComponentError(f"{where}: {self.plan.attribute} is not a class")
        if not api.is_application(found) and not callable(getattr(found, "run", None)):
            raise ComponentError(
                f"{where}: class {self.plan.attribute} does not derive from ncs.application.Application, and it has no "
                "method run() either"
            )
        return found

    def _run(self) -> None:
        """What a class from before ``Application`` does; it may last as long as the VM."""
        assert self._instance is not None
        self._attempt("run() failed", self._instance.run)

    def _attempt(self, failure: str, work: Callable[[], None]) -> None:
        """Runs user code whose failure ends nothing but itself."""
        try:
            work()
        except BaseException as error:
            text = f"{failure}: {describe(error, self.plan.directory)}"
            self._report(f"{self.plan.class_name}: {text}\n{_traceback(error)}")
            self._tell_problem(self.plan, text)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, ComponentError):
            self.error = str(error)
            self._report(self.error)
        else:
            self.error = describe(error, self.plan.directory)
            self._report(f"{self.plan.class_name} cannot be started: {self.error}\n{_traceback(error)}")
        self.tear_down()

    def _report(self, text: str) -> None:
        """To the VM's log and to standard error, which the host keeps for all VMs."""
        self._side.log.error(text)
        complain(text)


def describe(error: BaseException, directory: str) -> str:
    """``file:line: Class: message``, where the line is the innermost one that belongs to the package."""
    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {name}: {error.msg}"
    text = f"{name}: {error}"[:_LONGEST_TEXT] if str(error) else name
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.abspath(frame.filename).startswith(os.path.join(directory, "")):
            return f"{frame.filename}:{frame.lineno}: {text}"
    return f"{directory}: {text}"


def _traceback(error: BaseException) -> str:
    """The traceback without the frames before the package's first: ours, and those of Python's import."""
    frames = error.__traceback__
    while frames is not None and _is_machinery(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


def _is_machinery(file: str) -> bool:
    return file.startswith("<frozen importlib") or file in (__file__, importlib.__file__)
