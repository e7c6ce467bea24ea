"""The API that packages import: `import ncs` shows every part of it."""

from __future__ import annotations

from typing import Any

import _ncs
from _ncs import *  # noqa: F403 - packages use the constants of _ncs through ncs

from . import (
    alarm,
    application,
    cdb,
    dp,
    error,
    events,
    experimental,
    ha,
    log,
    maagic,
    maapi,
    progress,
    service_log,
    template,
    tm,
    upgrade,
    util,
)

__all__ = [
    "alarm", "application", "cdb", "dp", "error", "events", "experimental", "ha", "log", "maagic", "maapi",
    "progress", "service_log", "template", "tm", "upgrade", "util", *_ncs.__all__,
]  # fmt: skip


def __getattr__(name: str) -> Any:
    return getattr(_ncs, name)
