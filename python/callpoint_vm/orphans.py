"""Processes that were left to this one and have ended.

A worker, and a VM that serves with threads, adopts what the children of its callbacks leave behind, such as the command
of ``sh -c "command &"``. The system remembers how an adopted process ended until somebody asks, and nobody does: without
this module they would add up until no process can be started any more.
"""

from __future__ import annotations

import gc
import os
import sys
import time

#: Seconds between two looks. What somebody waits for is waited for sooner.
INTERVAL = 60.0


class Orphans:
    """Forgets adopted processes that have ended, but none that an object of Python's own libraries stands for.

    Why not at once: nothing tells an adopted process from one that a callback, or a library in C, forked itself, and
    whoever asks for one of these later (``os.waitpid``, ``os.wait``) must be answered. No event tells of an adoption, an
    adopted process has the same parent, signal and group as others, and although ``/proc/self/task/*/children`` lists it
    with the main thread, so it lists those of every thread that has ended. Nor can somebody else adopt: a parent without
    user code in it could forget at once, but would not know whose worker they go with. Hence the time that passes; what
    has ended in the meantime takes a process number and nothing else.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._next = time.monotonic() + INTERVAL

    def look_now_and_then(self) -> None:
        """Looks when it is time to."""
        now = time.monotonic()
        if now > self._next:
            self._next = now + INTERVAL
            self.look()

    def look(self) -> None:
        """Forgets what had ended at the last look already and what no object stands for that could be asked."""
        ended = _ended_children()
        old = ended & self._seen
        for pid in old - _asked_for() if old else ():
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                # Another thread has just asked for it.
                pass
        self._seen = ended


def _ended_children() -> set[int]:
    try:
        if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            return set()
    except ChildProcessError:
        return set()
    mine = str(os.getpid())
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # pid (command) state parent ...; the command may hold blanks and parentheses.
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if state == b"Z" and parent == mine.encode():
            found.add(int(name))
    return found


def _asked_for() -> set[int]:
    """The processes that objects of Python's own libraries stand for."""
    pids: set[int] = set()
    if "subprocess" in sys.modules:
        popen = sys.modules["subprocess"].Popen
        pids.update(one.pid for one in gc.get_objects() if issubclass(type(one), popen) and hasattr(one, "pid"))
    if "multiprocessing.process" in sys.modules:
        children = sys.modules["multiprocessing.process"]._children
        pids.update(one._popen.pid for one in list(children) if one._popen is not None)
    return pids
