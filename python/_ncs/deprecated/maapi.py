"""An old place of `_ncs.maapi`."""

from __future__ import annotations

from typing import Any

from .. import maapi as _low


def __getattr__(name: str) -> Any:
    return getattr(_low, name)
