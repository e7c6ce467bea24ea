"""Sessions and transactions."""

from __future__ import annotations

import functools
import itertools
import os
import socket
from typing import Any, Callable, Optional, Union

import _ncs
from _ncs._contexts import TransCtxRef, UserInfo
from _ncs._tables import MAAPI as _M
from _ncs._tables import MAAPI_FUNCTIONS
from _ncs._tables import NCS as _C
from _ncs._unsupported import unsupported
from _ncs._values import HKeypathRef
from _ncs.error import Error

from . import _transactions, _xpath
from ._backend import host
from ._commit_params import (
    CommitParams,
    ConfirmNetworkStateMode,
    ConfirmNetworkStateScope,
    DryRunOutformat,
    NoOverwriteScope,
    TemplateTypes,
)
from ._key import Key
from ._transaction import OPERATIONS, UNSUPPORTED, Transaction
from .progress import EmptySpan

__all__ = [
    "CommitParams", "ConfirmNetworkStateMode", "ConfirmNetworkStateScope", "DryRunOutformat", "Key", "Maapi",
    "NoOverwriteScope", "Session", "TemplateTypes", "Transaction", "connect", "retry_on_conflict",
    "single_read_trans", "single_write_trans", *_M,
]  # fmt: skip

globals().update(_M)
LOAD_SCHEMAS_LOAD = True
LOAD_SCHEMAS_RELOAD = 2
LOAD_SCHEMAS_SKIP = False
PRODUCT = "NCS"

_DATABASES = {_C["RUNNING"]: "running", _C["OPERATIONAL"]: "operational"}
_session_ids = itertools.count(1)


class MaapiSocket:
    """Stands where packages expect the session's socket; messages travel on the runtime's own connections."""

    family = socket.AF_UNIX

    def __init__(self, maapi: Maapi) -> None:
        self.maapi = maapi

    def getpeername(self) -> str:
        """Return the path of the host's socket."""
        return os.environ.get("NCS_IPC_PATH", _C["PATH"])

    def close(self) -> None:
        """End the session."""
        self.maapi.close()


class Maapi:
    """A way to the host, for one user session at a time."""

    def __init__(
        self,
        ip: str = _C["ADDR"],
        port: Optional[int] = None,
        path: str = _C["PATH"],
        load_schemas: Union[bool, int] = True,
        msock: Any = None,
    ) -> None:
        """Reach the host of this process; the arguments that name another one are accepted and not used."""
        self._msock = msock
        self._user: Optional[str] = None
        self._context = ""
        self._usid = 0
        self._attached: dict[int, Transaction] = {}
        self._owned: dict[int, Transaction] = {}

    def __enter__(self) -> Maapi:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def msock(self) -> Any:
        """What stands in the place of the session's socket."""
        if self._msock is None:
            self._msock = MaapiSocket(self)
        return self._msock

    def close(self) -> None:
        """End the session and its transactions; those that were only attached to stay with their owners."""
        for trans in list(self._owned.values()):
            trans.finish()
        for th in list(self._attached):
            self.detach(th)
        self._user = None

    # Sessions

    def start_user_session(
        self,
        user: str,
        context: str,
        groups: list[str] = [],  # noqa: B006 - the published default
        src_ip: str = _C["ADDR"],
        src_port: int = 0,
        proto: int = _C["PROTO_TCP"],
        vendor: Any = None,
        product: Any = None,
        version: Any = None,
        client_id: Any = None,
        path: str = _C["PATH"],
    ) -> None:
        """Say for whom transactions are."""
        self._user = str(user)
        self._context = str(context)
        self._usid = next(_session_ids)

    def end_user_session(self) -> None:
        """Forget for whom transactions are."""
        self._user = None

    def adopt(self, user: str, context: str, usid: int) -> None:
        """Go on with a session that began elsewhere."""
        self._user, self._context, self._usid = user, context, usid

    def get_my_user_session_id(self) -> int:
        """Return the number of the session."""
        self._session()
        return self._usid

    def _session(self) -> tuple[str, str]:
        if self._user is None:
            raise Error("start_user_session() was not called", _C["ERR_NOSESSION"])
        return self._user, self._context

    # Transactions

    def start_trans(self, rw: int, db: int = _C["RUNNING"], usid: int = 0, flags: int = 0, **_who: Any) -> Transaction:
        """Open a transaction for reading or for reading and writing."""
        if db not in _DATABASES:
            unsupported(f"a transaction in database {db}")()
        user, context = self._session()
        mode = "write" if rw == _C["READ_WRITE"] else "read"
        th = host().open(mode, _DATABASES[db], user, context)
        trans = self._owned[th] = Transaction._of(self, th, _transactions.open_view(th, mode == "write"), True)
        return trans

    def start_read_trans(self, db: int = _C["RUNNING"], usid: int = 0, flags: int = 0, **who: Any) -> Transaction:
        """Open a transaction for reading."""
        return self.start_trans(_C["READ"], db, usid, flags, **who)

    def start_write_trans(self, db: int = _C["RUNNING"], usid: int = 0, flags: int = 0, **who: Any) -> Transaction:
        """Open a transaction for reading and writing."""
        return self.start_trans(_C["READ_WRITE"], db, usid, flags, **who)

    def attach(self, ctx_or_th: Any, hashed_ns: int = 0, usid: int = 0) -> Transaction:
        """Work in a transaction that somebody else opened: a callback's context, or a number."""
        th = ctx_or_th
        if isinstance(ctx_or_th, (TransCtxRef, UserInfo)):
            info = ctx_or_th.uinfo if isinstance(ctx_or_th, TransCtxRef) else ctx_or_th
            th = ctx_or_th.th if isinstance(ctx_or_th, TransCtxRef) else ctx_or_th.actx_thandle
            if self._user is None:
                self.adopt(info.username, info.context, info.usid)
        return self._attach(int(th))

    def _attach(self, th: int) -> Transaction:
        if th < 0:
            raise Error(f"there is no transaction {th} to attach to", _C["ERR_NOTRANS"])
        trans = self._attached.get(th)
        if trans is None:
            trans = self._attached[th] = Transaction._of(self, th, _transactions.view_of(th), False)
        return trans

    def attach2(self, hashed_ns: int, usid: int, thandle: int) -> Transaction:
        """Work in a transaction that somebody else opened."""
        return self.attach(thandle, hashed_ns, usid)

    def detach(self, ctx_or_th: Any) -> None:
        """Leave an attached transaction to its owner."""
        th = int(getattr(ctx_or_th, "th", ctx_or_th))
        trans = self._attached.pop(th, None)
        if trans is not None:
            _transactions.leave_view(trans.view)

    detach2 = detach

    def forget_attached(self) -> None:
        """Leave the transactions that this session works in; those who have them may go on."""
        self._attached.clear()

    def run_with_retry(
        self,
        fun: Callable[[Transaction], bool],
        max_num_retries: int = 10,
        commit_params: Optional[CommitParams] = None,
        usid: int = 0,
        flags: int = 0,
        **who: Any,
    ) -> bool:
        """Run `fun` with a new write transaction and apply it if it returns true; after a conflict, again."""
        for retries_left in range(max_num_retries, -1, -1):
            with self.start_write_trans(usid=usid, flags=flags, **who) as trans:
                try:
                    if not fun(trans):
                        return False
                    trans.apply_params(True, commit_params)
                    return True
                except Error as error:
                    if error.confd_errno != _C["ERR_TRANSACTION_CONFLICT"] or not retries_left:
                        raise
        raise AssertionError("the last try returns or raises")

    # The rest

    def load_schemas(self, use_maapi_socket: bool = False) -> None:
        """Have the schema at hand; the host's file is mapped when it is first needed."""
        host()

    def start_progress_span(
        self, msg: str, verbosity: int = 0, attrs: Any = None, links: Any = None, path: Any = None
    ) -> EmptySpan:
        """Return a span; progress is not traced."""
        return EmptySpan()

    def progress_info(
        self, msg: str, verbosity: int = 0, attrs: Any = None, links: Any = None, path: Any = None
    ) -> None:
        """Say how far something is; progress is not traced."""

    def end_progress_span(self, *_arguments: Any) -> None:
        """End a span; progress is not traced."""

    def _run_action(self, path: str, tree: dict, trans: Optional[Transaction]) -> dict:
        user, context = self._session()
        if trans is None or not trans.view.is_writable:
            return host().action(path, tree, user, context)
        return host().action(path, tree, user, context, trans.th, trans.view.take_writes())

    def xpath2kpath(self, xpath: str) -> HKeypathRef:
        """Return the keypath of an instance-identifier."""
        return _xpath.to_keypath(str(xpath))

    def request_action(self, params: Any, hashed_ns: int, path: str) -> list:
        """Run an action with a flattened tree as input, and return its output in that form."""
        return Transaction._of(self, -1, _transactions.schema_view(), False).request_action(params, hashed_ns, path)

    def __getattr__(self, name: str) -> Any:
        if name in _M:
            return _M[name]
        if name in OPERATIONS:
            return lambda th, *arguments, **named: getattr(self._attach(int(th)), name)(*arguments, **named)
        if name in MAAPI_FUNCTIONS or name in UNSUPPORTED:
            return unsupported(f"Maapi.{name}")
        raise AttributeError(f"Maapi has no attribute {name!r}")


class Session:
    """A user session of a `Maapi`."""

    def __init__(self, maapi: Maapi, user: str, context: str, groups: list[str] = [], *rest: Any, **named: Any) -> None:
        self.maapi = maapi
        maapi.start_user_session(user, context, groups, *rest, **named)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self.maapi.end_user_session()


def connect(ip: str = _C["ADDR"], port: Optional[int] = None, path: str = _C["PATH"]) -> MaapiSocket:
    """Return what stands for a socket to the host."""
    return Maapi(ip, port, path).msock


def _single(rw: int, user: str, context: str, groups: Any, db: int) -> Transaction:
    maapi = Maapi()
    maapi.start_user_session(user, context, groups)
    trans = maapi.start_trans(rw, db)
    trans._closes_session = True
    return trans


def single_read_trans(
    user: str, context: str, groups: list[str] = [], db: int = _C["RUNNING"], **_who: Any
) -> Transaction:
    """Return a context manager: a session with one transaction for reading."""
    return _single(_C["READ"], user, context, groups, db)


def single_write_trans(
    user: str, context: str, groups: list[str] = [], db: int = _C["RUNNING"], **_who: Any
) -> Transaction:
    """Return a context manager: a session with one transaction for reading and writing."""
    return _single(_C["READ_WRITE"], user, context, groups, db)


def retry_on_conflict(retries: int = 10, log: Any = None) -> Callable:
    """Return a decorator: the function runs again when its transaction conflicted with another."""

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:
            for left in range(retries, -1, -1):
                try:
                    return function(*arguments, **named)
                except Error as error:
                    if error.confd_errno != _C["ERR_TRANSACTION_CONFLICT"] or not left:
                        raise
                    if log is not None:
                        log.info("trying again after a conflict: ", error)
            raise AssertionError("the last try returns or raises")

        return run

    return decorate


def __getattr__(name: str) -> Any:
    return getattr(_ncs.maapi, name)
