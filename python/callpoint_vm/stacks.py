"""Writes the stack of every thread to descriptor 2 when the host sends a signal for it."""

from __future__ import annotations

import faulthandler

#: The real-time signal 40: the host sends it (``StackDump.swift``), and nothing else is known to use it.
SIGNAL = 40


def watch() -> None:
    """From now on, in this process and in those that it forks.

    The handler is C code that runs on the main thread's stack: it needs neither the interpreter's lock nor a thread
    that waits, and ``signal.signal`` on other signals and ``faulthandler.disable`` leave it alone.
    """
    faulthandler.register(SIGNAL, file=2, all_threads=True, chain=False)
