"""High availability. The constants have their values; the functions do not work yet."""

from __future__ import annotations

from . import _tables, _unsupported

globals().update(_tables.HA)

__all__ = [*_tables.HA]
__getattr__ = _unsupported.module_getattr("_ncs.ha", _tables.HA_FUNCTIONS)
