"""What ties a process to the one above it: the parent-death signal, the check that follows it, the subreaper setting.

The signal is sent when the *thread* that forked ends, so every fork below is made by a main thread. A parent that died
before the signal was armed is noticed by comparing ``getppid()`` with the expected pid afterwards; 0 is what a process
in a PID namespace of its own sees, and there the end of file on the link to the parent has to do.
"""

from __future__ import annotations

import ctypes
import os
import signal
from typing import NoReturn

_SET_DEATH_SIGNAL = 1
_GET_DEATH_SIGNAL = 2
_SET_NAME = 15
_SET_CHILD_SUBREAPER = 36

# Resolved once, before any fork. prctl is variadic, so every argument's type is given.
_prctl = ctypes.CDLL(None, use_errno=True).prctl
_prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)
_prctl.restype = ctypes.c_int
# What it reads and writes is made here too: what a fork makes is memory of its own.
_value = ctypes.c_int(0)
_value_address = ctypes.addressof(_value)
_name = ctypes.create_string_buffer(16)
_name_address = ctypes.addressof(_name)


def death_signal() -> int:
    """The signal this process gets when its parent ends, as the kernel has it for the calling, main thread; or 0."""
    if _prctl(_GET_DEATH_SIGNAL, _value_address, 0, 0, 0) != 0:
        return 0
    return _value.value


def arm(expected: int) -> None:
    """Asks for SIGKILL when the parent ends, then leaves at once if the parent is not ``expected`` any more."""
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    check(expected)


def check(expected: int) -> None:
    """Leaves at once if the parent is not ``expected``."""
    if os.getppid() not in (expected, 0):
        die()


def is_below(ancestor: int) -> bool:
    """Whether ``ancestor`` is the parent, or stands further up: a start command need not exec, nor what it runs."""
    pid = os.getppid()
    if pid == 0:
        return True
    try:
        while pid not in (ancestor, 0):
            with open(f"/proc/{pid}/stat", "rb") as file:
                # pid (command) state parent ...; the command may hold blanks and parentheses.
                pid = int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return False
    return pid == ancestor


def set_subreaper(on: bool) -> None:
    """Whether processes that our descendants leave behind become children of this process."""
    _prctl(_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)


def set_short_name(name: str) -> None:
    """Names the calling thread in ``/proc``; the kernel keeps 15 bytes."""
    _name.value = name.encode("utf-8", "replace")[:15]
    _prctl(_SET_NAME, _name_address, 0, 0, 0)


def die() -> NoReturn:
    """Ends this process with all its threads, whatever they are doing."""
    os.kill(os.getpid(), signal.SIGKILL)
    os._exit(1)
