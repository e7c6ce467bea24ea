"""Which threads this process has, native ones included."""

from __future__ import annotations

import os
import threading
import time

#: An ended thread stays in ``/proc`` for a moment.
PATIENCE = 0.05


def others() -> list[str]:
    """The names of all threads but the calling one, once those that are ending have ended."""
    deadline = time.monotonic() + PATIENCE
    mine = str(threading.get_native_id())
    while True:
        found = [task for task in os.listdir("/proc/self/task") if task != mine]
        if not found or time.monotonic() > deadline:
            break
        time.sleep(0.001)
    known = {str(thread.native_id): thread.name for thread in threading.enumerate()}
    return sorted(known.get(task) or _native_name(task) for task in found)


def _native_name(task: str) -> str:
    try:
        with open(f"/proc/self/task/{task}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return f"thread {task}"
