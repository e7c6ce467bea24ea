"""Subscribing to changes."""

from __future__ import annotations

import threading
from typing import Any, Optional

import _ncs.cdb as _low
from _ncs._tables import CDB as _D
from _ncs._tables import NCS as _C
from _ncs._unsupported import refuse

__all__ = ["OperSubscriber", "Subscriber", "TwoPhaseSubscriber", *_D]

globals().update(_D)


class _SubscriptionSocket:
    """Stands where packages expect the subscription socket."""

    def __init__(self, name: str) -> None:
        self.name = name


class Subscriber(threading.Thread):
    """Told of changes to the configuration.

    Changes are not delivered yet: a subscriber can be made, registered, started and stopped, and the log says that it
    gets nothing.
    """

    def __init__(
        self,
        app: Any = None,
        log: Any = None,
        host: str = _C["ADDR"],
        port: Optional[int] = None,
        subtype: int = _D["SUB_RUNNING"],
        name: str = "",
        path: str = _C["PATH"],
    ) -> None:
        super().__init__(name=name or type(self).__name__)
        self.app = app
        self.log = log if log is not None else getattr(app, "log", None)
        self.subtype = subtype
        self.sock = _SubscriptionSocket(self.name)
        self._points: list[tuple[str, Any, int, int]] = []
        self.init()

    def init(self) -> None:
        """Prepare the object; subclasses override this."""

    def register(
        self,
        path: str,
        iter_obj: Any = None,
        iter_flags: int = _C["ITER_WANT_PREV"],
        priority: int = 0,
        flags: int = 0,
        subtype: Optional[int] = None,
    ) -> int:
        """Ask to be told of changes below `path`; return the number of the subscription."""
        self._points.append((path, self if iter_obj is None else iter_obj, priority, flags))
        return len(self._points)

    def start(self) -> None:
        """Begin to wait for changes."""
        if self.log is not None:
            paths = ", ".join(path for path, *_ in self._points)
            self.log.warning(f"subscriber {self.name}: changes to {paths} are not delivered by Callpoint yet")

    def stop(self) -> None:
        """Stop waiting for changes."""

    def run(self) -> None:
        """Deliver changes."""
        refuse("ncs.cdb.Subscriber.run()")

    def join(self, timeout: Optional[float] = None) -> None:
        """Wait for the thread, which was not started."""


class OperSubscriber(Subscriber):
    """Told of changes to operational data."""

    def __init__(
        self,
        app: Any = None,
        log: Any = None,
        host: str = _C["ADDR"],
        port: Optional[int] = None,
        path: str = _C["PATH"],
    ) -> None:
        super().__init__(app, log, host, port, _D["SUB_OPERATIONAL"], "", path)


class TwoPhaseSubscriber(Subscriber):
    """Told of changes before and after they take effect."""

    def __init__(
        self,
        name: str,
        app: Any = None,
        log: Any = None,
        host: str = _C["ADDR"],
        port: Optional[int] = None,
        path: str = _C["PATH"],
    ) -> None:
        super().__init__(app, log, host, port, _D["SUB_RUNNING_TWOPHASE"], name, path)


def __getattr__(name: str) -> Any:
    return getattr(_low, name)
