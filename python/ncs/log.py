"""Logging as packages do it: arguments are put one after the other, not formatted."""

from __future__ import annotations

import logging
import time
from typing import Any, Optional

_FORMAT = "<%(levelname)s> %(asctime)s.%(msecs)03d %(name)s %(threadName)s: - %(message)s"
_DATE_FORMAT = "%d-%b-%Y::%H:%M:%S"
_handlers: list[logging.Handler] = []


class Log:
    """Writes its arguments as one line to a logger, an application, or whatever has the five methods."""

    def __init__(self, logobject: Any, add_timestamp: bool = False) -> None:
        self._log = logobject
        self._stamp = add_timestamp

    def _text(self, arguments: tuple) -> str:
        text = "".join(map(str, arguments))
        if self._stamp:
            text = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"
        return text

    def debug(self, *args: Any) -> None:
        """Log what helps to find errors."""
        self._log.debug(self._text(args))

    def info(self, *args: Any) -> None:
        """Log what happens."""
        self._log.info(self._text(args))

    def warning(self, *args: Any) -> None:
        """Log what may be wrong."""
        self._log.warning(self._text(args))

    def error(self, *args: Any) -> None:
        """Log what is wrong."""
        self._log.error(self._text(args))

    def critical(self, *args: Any) -> None:
        """Log what stops the work."""
        self._log.critical(self._text(args))

    fatal = critical

    def exception(self, *args: Any) -> None:
        """Log what is wrong, with the traceback of the exception being handled."""
        self._log.exception(self._text(args))


def log_format() -> str:
    """Return the format of a line."""
    return _FORMAT


def log_datefmt() -> str:
    """Return the format of a line's date."""
    return _DATE_FORMAT


def mk_log_formatter() -> logging.Formatter:
    """Return a formatter that writes lines in this format."""
    return logging.Formatter(_FORMAT, _DATE_FORMAT)


def log_handler() -> Optional[logging.Handler]:
    """Return the handler that writes the log file, if there is one."""
    return _handlers[0] if _handlers else None


def log_file() -> Optional[str]:
    """Return the path of the log file, if there is one."""
    handler = log_handler()
    return getattr(handler, "baseFilename", None)


def init_logging(vmid: str, log_file: Optional[str], log_level: int) -> None:
    """Write the log of a VM, and all that libraries log, to a file."""
    handler: logging.Handler
    handler = logging.FileHandler(log_file, delay=True) if log_file else logging.StreamHandler()
    handler.setFormatter(mk_log_formatter())
    root = logging.getLogger()
    for old in _handlers:
        root.removeHandler(old)
        old.close()
    _handlers[:] = [handler]
    root.addHandler(handler)
    set_log_level(vmid, log_level)


def set_log_level(vmid: str, log_level: int) -> None:
    """Set the level of the VM's logger and of the root logger."""
    logging.getLogger(vmid).setLevel(log_level)
    logging.getLogger().setLevel(log_level)


def reopen_logs() -> None:
    """Close the log file, so that the next line opens it again, perhaps after it was moved."""
    for handler in _handlers:
        if isinstance(handler, logging.FileHandler):
            handler.close()


class ParentProcessLogHandler(logging.Handler):
    """Puts finished lines in a queue, for another process to write."""

    def __init__(self, log_q: Any) -> None:
        super().__init__()
        self._queue = log_q
        self.setFormatter(mk_log_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Put a record in the queue as text."""
        self._queue.put(self.format(record))
