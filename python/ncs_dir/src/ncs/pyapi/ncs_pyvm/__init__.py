"""What component classes use that are not an `ncs.application.Application`."""

from __future__ import annotations

from typing import Any, Callable

from ncs._component import component_of


class NcsPyVM:
    """The VM, as a component class sees it; made from the arguments that the class was made with."""

    def __init__(self, *args: Any, **kwds: Any) -> None:
        self._component = component_of(args, kwds)

    def debug(self, line: Any) -> None:
        """Log what helps to find errors."""
        self._component.log.debug(line)

    def info(self, line: Any) -> None:
        """Log what happens."""
        self._component.log.info(line)

    def warning(self, line: Any) -> None:
        """Log what may be wrong."""
        self._component.log.warning(line)

    def error(self, line: Any) -> None:
        """Log what is wrong."""
        self._component.log.error(line)

    def critical(self, line: Any) -> None:
        """Log what stops the work."""
        self._component.log.critical(line)

    def exception(self, line: Any) -> None:
        """Log what is wrong, with the traceback."""
        self._component.log.exception(line)

    def reg_finish(self, fun: Callable) -> None:
        """Have `fun` called when the VM stops."""
        self._component.finish_callbacks.append(fun)

    def unreg_finish(self, fun: Callable) -> None:
        """Take `reg_finish` back."""
        if fun in self._component.finish_callbacks:
            self._component.finish_callbacks.remove(fun)

    def add_running_thread(self, name: str) -> None:
        """Say that a thread of this name runs now."""
        self._component.running_thread(name, True)

    def del_running_thread(self, name: str) -> None:
        """Say that the thread of this name has ended."""
        self._component.running_thread(name, False)
