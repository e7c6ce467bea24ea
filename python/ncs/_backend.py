"""The one door from the API to the host.

Whoever runs the API installs a `Host`; scripts and spawned children, where nobody did, get the runtime's client.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Optional, Protocol

from _ncs._tables import NCS as _C
from _ncs.error import Error

from ._schema import Schema

Tree = Any
Writes = Sequence[list]

_ERRNO_OF_KIND = {
    "conflict": 70,
    "invalid-path": _C["ERR_BADPATH"],
    "invalid-value": _C["ERR_BADTYPE"],
    "timeout": _C["ERR_TIMEOUT"],
    "cancelled": _C["ERR_ABORTED"],
    "not-supported": _C["ERR_NOT_IMPLEMENTED"],
    "busy": _C["ERR_RESOURCE_DENIED"],
    "unavailable": _C["ERR_UNAVAILABLE"],
    "too-large": _C["ERR_RESOURCE_DENIED"],
}


def failure(message: str, kind: str | None = None, errno: int | None = None) -> Error:
    """Return the exception for a request that the host refused with this text, kind and error number."""
    if errno is None:
        errno = _ERRNO_OF_KIND.get(kind or "", _C["ERR_EXTERNAL"])
    error = Error(message, errno)
    # The text may begin with what the exception puts in front itself.
    return Error(message.removeprefix(f"{error.confd_strerror} ({errno}): "), errno)


class Host(Protocol):
    """What the API asks of the host; each method but `set_timeout` waits for the answer.

    A method raises what `failure` returns. `writes` and trees have the form that `ARCHITECTURE.md` gives.
    """

    @property
    def schema(self) -> Schema:
        """The schema of the data."""

    def open(self, mode: str, db: str, user: str, context: str) -> int:
        """Open a transaction, for `read` or `write` in `running` or `operational`; return its number."""

    def read(self, th: int, path: str, after: Optional[str], writes: Writes) -> Optional[Tree]:
        """Apply `writes`, then return the tree at `path`, or `None` if there is no such node."""

    def write(self, th: int, writes: Writes) -> None:
        """Put writes into a transaction."""

    def apply(self, th: int, writes: Writes, reads: list[str], dry_run: bool = False) -> list[dict]:
        """Commit a transaction; return its changes."""

    def validate(self, th: int, writes: Writes, reads: list[str]) -> None:
        """Check a transaction without committing it."""

    def close(self, th: int) -> None:
        """Forget a transaction."""

    def action(
        self, path: str, input: Tree, user: str, context: str, th: Optional[int] = None, writes: Writes = ()
    ) -> dict:
        """Run the action at `path` and return its output."""

    def set_timeout(self, request: int, seconds: int) -> None:
        """Give a running request this long from now."""


_installed: list[Host] = []


def install(host: Host) -> None:
    """Make `host` the one that this process talks to."""
    _installed[:] = [host]


def is_reachable() -> bool:
    """Return whether this process has a host to talk to."""
    return bool(_installed or os.environ.get("NCS_IPC_PATH"))


def host() -> Host:
    """Return the installed host, or connect to the one that `NCS_IPC_PATH` names."""
    if not _installed:
        if not is_reachable():
            raise Error(
                "there is no host to talk to: NCS_IPC_PATH does not name its socket "
                "(`callpoint serve` prints it; VMs have it set)",
                _C["ERR_NOSESSION"],
            )
        from callpoint_vm import client

        install(client.connect())
    return _installed[0]
