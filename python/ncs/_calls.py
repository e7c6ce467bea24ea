"""The callback that a thread runs, and what its decorated methods need to know of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from _ncs._contexts import TransCtxRef, UserInfo

from . import _transactions
from ._action_nodes import ActionParams
from ._nodes import Node, make_node
from .maagic import _backend_of, get_root
from .maapi import Maapi, Transaction

_running = threading.local()


class Call:
    """One request: who it is for, and the transaction it works in."""

    def __init__(self, request: dict[str, Any], is_writable: bool) -> None:
        self.request = request
        self.uinfo = user_of(request)
        self.tctx = TransCtxRef(request["id"], self.uinfo)
        self.view = _transactions.open_view(request["id"], is_writable)
        self.maapi = Maapi()
        self.maapi.adopt(self.uinfo.username, self.uinfo.context, self.uinfo.usid)
        self.trans = self.maapi.attach(self.tctx)
        self.input: Optional[ActionParams] = None
        self.output: Optional[ActionParams] = None


def user_of(request: dict[str, Any]) -> UserInfo:
    """Return the user session that a request is for."""
    user = request.get("user", {})
    return UserInfo(
        user.get("name", "admin"), user.get("context", "system"), user.get("session", 0), request.get("id")
    )


@contextmanager
def running(call: Call) -> Iterator[None]:
    """Make `call` the one that this thread runs; callbacks that a callback calls back come on top."""
    outer = current()
    _running.call = call
    try:
        yield
    finally:
        _running.call = outer


def current() -> Optional[Call]:
    """Return the call that this thread runs."""
    return getattr(_running, "call", None)


def transaction_for(tctx: TransCtxRef) -> Transaction:
    """Return the transaction that a callback's context names."""
    call = current()
    if call is not None and call.tctx is tctx:
        return call.trans
    return Maapi().attach(tctx)


def root_and_node(trans: Transaction, path: Any, shared: bool) -> tuple[Any, Node]:
    """Return the root and the node at `path`, without asking whether it exists."""
    root = get_root(trans, shared)
    return root, make_node(_backend_of(trans), trans.view.at(str(path)))
