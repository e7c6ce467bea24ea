"""The log file of a VM, written by all its processes: VM, workers, and what callbacks fork.

A record is one ``write`` to a descriptor in append mode, so that lines of several processes do not mix. The root logger
leads here, which brings in what third-party libraries log.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
import time

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
    """Appends records to a file, and opens it anew when it was renamed or removed."""

    def __init__(self, path: str) -> None:
        super().__init__()
        #: Named as the handlers of ``logging`` name it, for ``ncs.log.log_file()``.
        self.baseFilename = os.path.abspath(path)
        self._descriptor = -1
        self._identity = (0, 0)
        self.setFormatter(Formatter())
        self._open()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record).encode("utf-8", "backslashreplace") + b"\n"
            if not self._is_current():
                self._open()
            os.write(self._descriptor, text)
        except Exception:
            self.handleError(record)

    def _is_current(self) -> bool:
        try:
            return self._is_ours() and _identity(os.stat(self.baseFilename)) == self._identity
        except OSError:
            return False

    def _is_ours(self) -> bool:
        """Whether the descriptor is still the file: user code may have closed it, and then the number is another's."""
        try:
            return self._descriptor >= 0 and _identity(os.fstat(self._descriptor)) == self._identity
        except OSError:
            return False

    def _open(self) -> None:
        if self._is_ours():
            os.close(self._descriptor)
        self._descriptor = -1
        os.makedirs(os.path.dirname(self.baseFilename), exist_ok=True)
        self._descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._identity = _identity(os.fstat(self._descriptor))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def level_name(number: int) -> str:
    """The name of the lowest level that shows no more than ``number`` does."""
    return next((name for name, value in _LEVELS.items() if value >= number), "critical")


def start(prefix: str, vm: str, level: str) -> FileHandler:
    """Leads the root logger to ``<prefix>-<vm>.log``."""
    handler = FileHandler(f"{prefix}-{vm}.log")
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level_number(level))
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
