"""Which product this API is for."""

from __future__ import annotations

import _ncs

TM = "ncs"
_tm = _ncs
