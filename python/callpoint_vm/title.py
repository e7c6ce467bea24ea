"""The title of a process: what ``ps -ef`` shows of a worker.

The kernel shows the bytes where the command line of the program lies. They are overwritten, and if they are too few,
the environment's bytes behind them too, after C's copy of the environment has moved to the heap: the kernel follows a
title into that area when the byte that ended the command line is not zero any more.
"""

from __future__ import annotations

import ctypes
import functools
import os

from callpoint_vm import parent

_moved = False


def set_title(title: str) -> None:
    """Shows ``title`` instead of the command line, as far as there is room, and its last word as the short name."""
    parent.set_short_name(title.rpartition(" ")[2])
    area, room = _area()
    if not room:
        return
    text = title.encode("utf-8", "replace")
    if len(text) >= room:
        _move_environment()
        text = text[: min(len(area), 4096) - 1]
        room = max(room, len(text) + 1)
    area[:room] = text.ljust(room, b"\0")


@functools.lru_cache(maxsize=None)
def _area() -> tuple[memoryview, int]:
    """The bytes of the command line and of the environment behind it, and how many are the former's."""
    with open("/proc/self/stat", "rb") as file:
        # Fields from the third on; 48 to 51 are arg_start, arg_end, env_start, env_end.
        fields = file.read().rpartition(b")")[2].split()
    start, end, environment, limit = (int(field) for field in fields[45:49])
    if start == 0 or end <= start:
        return memoryview(b""), 0
    last = limit if environment == end and limit > end else end
    return memoryview((ctypes.c_char * (last - start)).from_address(start)).cast("B"), end - start


def _move_environment() -> None:
    """Gives C fresh copies of all variables, so that nothing points at the old bytes."""
    global _moved
    if not _moved:
        for name, value in os.environb.items():
            os.putenv(name, value)
        _moved = True
