"""The exceptions that every API function may raise."""

from __future__ import annotations

#: Texts of the error numbers; all others read "Unknown error".
_TEXTS = {
    1: "item does not exist",
    2: "item already exists",
    3: "access denied",
    4: "item is not writable",
    5: "item has a bad/wrong type",
    8: "badly formatted or nonexistent path",
    10: "locked",
    11: "in use",
    12: "notset",
    13: "non unique",
    14: "bad keyref",
    15: "too few elems",
    16: "too many elems",
    17: "operation in wrong state",
    18: "internal error",
    19: "external error",
    21: "Bad protocol usage or unexpected retval",
    22: "A session must be established prior to this command",
    32: "Validation warnings",
    40: "No case selected for mandatory choice",
    41: "Unsatisfied must constraint",
    42: "Required instance does not exist",
    45: "Lost connection to ConfD",
    48: "Operation timed out",
    49: "Operation was aborted",
    50: "XPath compilation/evaluation failed",
    51: "Operation not implemented",
    60: "Not allowed during upgrade",
    61: "Transaction not found",
    67: "Path is ambiguous due to traversing a mount point",
    70: "Conflict detected",
}


class Error(Exception):
    """A refused call: `confd_errno` says which kind, `confd_lasterr` what was wrong."""

    def __init__(self, lasterr: str = "", errno: int | None = None) -> None:
        super().__init__(lasterr)
        self.confd_errno = 19 if errno is None else errno
        self.confd_strerror = _TEXTS.get(self.confd_errno, "Unknown error")
        self.confd_lasterr = lasterr
        self._is_bare = errno is None

    def __str__(self) -> str:
        if self._is_bare:
            return self.confd_lasterr
        return f"{self.confd_strerror} ({self.confd_errno}): {self.confd_lasterr}"

    def __reduce__(self) -> tuple:
        return Error, (self.confd_lasterr, None if self._is_bare else self.confd_errno)


class EOF(Exception):
    """The host is gone."""
