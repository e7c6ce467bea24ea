"""The warning about assigning to `self` in a service callback: other threads share the object."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

MODES = ("off", "log", "alarm")
_settings = {"mode": "alarm"}
_running = threading.local()


def get_self_assign_warning() -> str:
    """Return how assigning to `self` is warned about: `off`, `log` or `alarm`."""
    return _settings["mode"]


def set_self_assign_warning(warning: str) -> None:
    """Set how assigning to `self` is warned about."""
    if warning not in MODES:
        raise ValueError(f"{warning!r} is not one of {', '.join(MODES)}")
    _settings["mode"] = warning


@contextmanager
def with_setattr_check(path: Any) -> Iterator[None]:
    """Warn about assignments that this thread makes; `path` is the service instance that it works on."""
    outer = getattr(_running, "path", None)
    _running.path = path
    try:
        yield
    finally:
        _running.path = outer


def get_setattr_fun(obj: Any, parent: Any) -> Callable[[str, Any], None]:
    """Return what sets an attribute of `obj` as `parent` does, with the warning if it is due."""

    def set_attribute(name: str, value: Any) -> None:
        path = getattr(_running, "path", None)
        if path is not None and _settings["mode"] != "off":
            log = obj.__dict__.get("log")
            if log is not None:
                log.warning("Assigning to self is not thread safe: ", path)
        super(parent, obj).__setattr__(name, value)

    return set_attribute
