"""The low-level way to the database. The constants have their values; the functions do not work yet."""

from __future__ import annotations

from . import _tables, _unsupported

globals().update(_tables.CDB)

__all__ = [*_tables.CDB]
__getattr__ = _unsupported.module_getattr("_ncs.cdb", _tables.CDB_FUNCTIONS)
