"""Descriptors of ours in a process that we share with user code.

User code may close any number, by range or by mistake, and what it opens next gets that number. Whoever used a number
blindly would then write replies into a user's file, or wait for requests on a user's pipe. A number is therefore
compared with what it once stood for whenever it is used, and it is closed only if it is still ours.
"""

from __future__ import annotations

import errno
import os


class Descriptor:
    """An open descriptor that belongs to the runtime."""

    __slots__ = ("_identity", "_number")

    def __init__(self, number: int) -> None:
        self._number = number
        self._identity = _identity(number)

    def number(self) -> int:
        """The number. ``OSError`` says that user code has closed it, or put something else in its place."""
        number = self._number
        try:
            status = os.fstat(number)
            if (status.st_dev, status.st_ino) == self._identity:
                return number
        except OSError:
            # It is closed.
            pass
        raise OSError(errno.EBADF, f"user code closed descriptor {number}, which was ours")

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


def _identity(number: int) -> tuple[int, int]:
    status = os.fstat(number)
    return status.st_dev, status.st_ino
