"""The log file of a VM, written by all its processes: VM, workers, and what callbacks fork.

A record is one ``write`` to a descriptor in append mode, so that lines of several processes do not mix. The root logger
leads here, which brings in what third-party libraries log.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import sys
import threading
import time
from typing import Optional

from callpoint_vm.descriptors import Descriptor
from callpoint_vm.serving import current

_libc = ctypes.CDLL(None)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}


def level_number(name: str) -> int:
    """The number of a level, written ``info`` or ``level-info``."""
    short = name[len("level-") :] if name.startswith("level-") else name
    if short not in _LEVELS:
        raise ValueError(f"no log level is called {name!r}; there are {', '.join(_LEVELS)}")
    return _LEVELS[short]


class Formatter(logging.Formatter):
    """``<LEVEL> dd-Mon-yyyy::HH:MM:SS.mmm logger thread: - message``, in any locale."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.localtime(record.created)
        text = (
            f"<{record.levelname}> {moment.tm_mday:02d}-{_MONTHS[moment.tm_mon - 1]}-{moment.tm_year:04d}::"
            f"{moment.tm_hour:02d}:{moment.tm_min:02d}:{moment.tm_sec:02d}.{int(record.msecs):03d} "
            f"{record.name} {_thread(record)}: - {record.getMessage()}"
        )
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            text += "\n" + record.exc_text
        if record.stack_info:
            text += "\n" + self.formatStack(record.stack_info)
        return text


def _thread(record: logging.LogRecord) -> str:
    """The thread's name, and after it what the thread serves at the moment."""
    if current.call is None or record.thread != threading.get_ident():
        return str(record.threadName)
    return f"{record.threadName}-{current.call.served.about(current.call.request)}"


class FileHandler(logging.Handler):
    """Appends records to a file, whatever becomes of the file, and never makes a callback fail or wait.

    The file is opened anew when it was renamed or removed, with its directory if need be. A record that cannot be
    written is dropped; the first that can be is preceded by one that says how many were lost.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        #: Named as the handlers of ``logging`` name it, for ``ncs.log.log_file()``.
        self.baseFilename = os.path.abspath(path)
        self._file: Optional[Descriptor] = None
        self._dropped = 0
        self._reason = ""
        #: Whether the last record was written in part only, as the disk was full.
        self._is_cut = False
        self.setFormatter(Formatter())
        with contextlib.suppress(OSError):
            # From the beginning there is a file to look at, if there can be one.
            self._number()
        # Whoever has copies of what was not written will say so; a child would count it again.
        os.register_at_fork(after_in_child=self._forget)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self._encoded(record)
        except Exception:
            # The arguments do not fit the message; logging has a way to tell of that.
            self.handleError(record)
            return
        try:
            self._write(text)
        except OSError as error:
            self._dropped += 1
            self._reason = error.strerror or str(error)

    def _encoded(self, record: logging.LogRecord) -> bytes:
        return self.format(record).encode("utf-8", "backslashreplace") + b"\n"

    def _write(self, text: bytes) -> None:
        number = self._number()
        before = b"\n" if self._is_cut else b""
        if self._dropped:
            before += self._encoded(self._loss())
        if before:
            # On its own: if there is no room for both, the count is not lost with the record.
            self._write_all(number, before)
            self._dropped = 0
        self._write_all(number, text)

    def _write_all(self, number: int, text: bytes) -> None:
        written = 0
        try:
            # One call, unless there is no room for all of it.
            while written < len(text):
                written += os.write(number, text[written:] if written else text)
        finally:
            if written:
                self._is_cut = written < len(text)

    def _number(self) -> int:
        """The number of the file that is at the path now."""
        if self._file and self._file.is_at(self.baseFilename):
            return self._file.number()
        if self._file:
            self._file.close()
            self._file = None
            self._is_cut = False
        # A pipe that nobody reads is an error, and so is one that is full: nobody waits.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            self._file = Descriptor(os.open(self.baseFilename, flags, 0o644))
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self.baseFilename), exist_ok=True)
            self._file = Descriptor(os.open(self.baseFilename, flags, 0o644))
        return self._file.number()

    def _loss(self) -> logging.LogRecord:
        words = "1 record was dropped" if self._dropped == 1 else f"{self._dropped:,} records were dropped"
        return logging.LogRecord("callpoint", logging.WARNING, "", 0, "%s: %s", (words, self._reason), None)

    def _forget(self) -> None:
        self._dropped = 0


def level_name(number: int) -> str:
    """The name of the lowest level that shows no more than ``number`` does."""
    return next((name for name, value in _LEVELS.items() if value >= number), "critical")


def start(prefix: str, vm: str, level: str) -> FileHandler:
    """Leads the root logger to ``<prefix>-<vm>.log``."""
    handler = FileHandler(f"{prefix}-{vm}.log")
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level_number(level))
    # Whole lines, whoever prints: with the start command's ``-u`` a line's end is a write of its own, and what threads
    # print at once would mix.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, write_through=False)  # type: ignore[union-attr]
    # What C code prints is written line by line too, and not when the process ends, which it may do by SIGKILL.
    _libc.setlinebuf(ctypes.c_void_p.in_dll(_libc, "stdout"))
    return handler


def set_level(level: str) -> None:
    """Changes the level of everything that this process logs from now on."""
    logging.getLogger().setLevel(level_number(level))


def flush() -> None:
    """Writes out what standard output and standard error hold back."""
    _libc.fflush(None)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            # User code may have replaced or closed the stream; then nothing is held back that could be saved.
            pass
