"""The low-level way to the database. Functions that are published and not here do not work yet."""

from __future__ import annotations

from typing import Any

from . import _tables, _unsupported

globals().update(_tables.CDB)

__all__ = [*_tables.CDB]


def mandatory_subscriber(sock: Any, name: str) -> None:
    """Accept that a subscriber must run; none gets changes yet, which each says in the log when it starts."""


__getattr__ = _unsupported.module_getattr("_ncs.cdb", _tables.CDB_FUNCTIONS)
