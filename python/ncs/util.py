"""Small helpers."""

from __future__ import annotations

import ctypes
import os
import signal
from datetime import datetime
from typing import Optional

from ._selfassign import get_self_assign_warning, get_setattr_fun, set_self_assign_warning, with_setattr_check

__all__ = [
    "get_callpoint_model", "get_self_assign_warning", "get_setattr_fun", "is_multiprocessing",
    "mk_yang_date_and_time", "set_callpoint_model", "set_kill_child_on_parent_exit", "set_self_assign_warning",
    "with_setattr_check",
]  # fmt: skip

_MODEL = "NCS_CALLPOINT_MODEL"
_PR_SET_PDEATHSIG = 1


def get_callpoint_model() -> str:
    """Return the callpoint model of this VM: `threading` or `multiprocessing`."""
    return os.environ.get(_MODEL, "threading")


def set_callpoint_model(model: str) -> None:
    """Set the callpoint model of this process and of those it starts."""
    os.environ[_MODEL] = model


def is_multiprocessing() -> bool:
    """Return whether the callpoint model is multiprocessing."""
    return get_callpoint_model() == "multiprocessing"


def set_kill_child_on_parent_exit() -> bool:
    """Have this process killed when its parent ends; return whether the system can do that."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        return library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return False


def mk_yang_date_and_time(dt: Optional[datetime] = None) -> str:
    """Return a time, now if left out, as a `yang:date-and-time` with its zone."""
    moment = datetime.now() if dt is None else dt
    return (moment if moment.tzinfo else moment.astimezone()).isoformat()
