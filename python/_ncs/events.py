"""Events of the host. The constants have their values; the functions do not work yet."""

from __future__ import annotations

from . import _tables, _unsupported

globals().update(_tables.EVENTS)

__all__ = [*_tables.EVENTS]
__getattr__ = _unsupported.module_getattr("_ncs.events", _tables.EVENTS_FUNCTIONS)
