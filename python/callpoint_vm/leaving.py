"""The way out of a process that is of no use any more, and words for whoever reads the common log.

Texts go to descriptor 2 itself: user code may have closed or replaced ``sys.stderr``.
"""

from __future__ import annotations

import os
import traceback
from typing import Any, Callable, NoReturn

from callpoint_vm import logs


def complain(text: str) -> None:
    """Writes a text to the common log."""
    try:
        os.write(2, f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        # User code closed even that; nobody is left to tell.
        pass


def leave(reason: str) -> NoReturn:
    """Says why and ends the process with status 1, whatever its threads do; the host starts another."""
    logs.flush()
    complain(f"process {os.getpid()} leaves: {reason}")
    os._exit(1)


def guarded(work: Callable[..., None], *arguments: Any) -> None:
    """Does what a thread of ours is for. If that fails, so does the process: nobody would notice the thread's end."""
    try:
        work(*arguments)
    except BaseException:
        leave(traceback.format_exc())
