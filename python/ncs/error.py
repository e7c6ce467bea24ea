"""`_ncs.error` under the name that packages also use."""

from __future__ import annotations

from typing import Any

import _ncs.error as _low
from _ncs.error import *  # noqa: F403 - this module is another name of that one


def __getattr__(name: str) -> Any:
    return getattr(_low, name)
