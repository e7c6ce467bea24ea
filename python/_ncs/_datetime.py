"""Date and time in parts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class DateTime:
    """A moment with its time zone."""

    year: int
    month: int
    day: int
    hour: int
    min: int
    sec: int
    micro: int
    timezone: int
    timezone_minutes: int
