"""Descriptors of ours in a process that we share with user code.

User code may close any number, by range or by mistake, and what it opens next gets that number. Whoever used a number
blindly would then write replies into a user's file, or wait for requests on a user's pipe. Whenever a number is used it
is therefore asked whether it still stands for what it once did, and it is closed only if it does.
"""

from __future__ import annotations

import errno
import os
from fcntl import F_GETSIG, F_SETSIG, fcntl


class Descriptor:
    """An open descriptor that belongs to the runtime.

    What it stands for carries a mark, so that one quick system call tells whether it still does: the signal that would
    be sent for it if anybody had asked for signals, which nobody does. Whatever user code opens has no such mark.
    """

    __slots__ = ("_identity", "_mark", "_number")

    def __init__(self, number: int) -> None:
        status = os.fstat(number)
        self._number = number
        self._identity = status.st_dev, status.st_ino
        # The same in each process that has it, and another for the pipes that were made with it.
        self._mark = 1 + status.st_ino % 64
        fcntl(number, F_SETSIG, self._mark)

    def number(self) -> int:
        """The number. ``OSError`` says that user code has closed it, or put something else in its place."""
        try:
            if self._number >= 0 and fcntl(self._number, F_GETSIG) == self._mark:
                return self._number
        except OSError:
            # It is nobody's.
            pass
        raise OSError(errno.EBADF, f"user code closed descriptor {self._number}, which was ours")

    def is_at(self, path: str) -> bool:
        """Whether it is still ours, and the file at a path."""
        try:
            status = os.stat(path)
            return self._is_ours() and (status.st_dev, status.st_ino) == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Closes the descriptor, unless user code has."""
        if self._is_ours():
            os.close(self._number)
        self._number = -1

    def _is_ours(self) -> bool:
        try:
            self.number()
        except OSError:
            return False
        return True
