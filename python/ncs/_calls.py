"""The callback that a thread runs, and what its decorated methods need to know of it."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any, Optional

from _ncs._contexts import TransCtxRef, UserInfo

from . import _transactions
from ._action_nodes import ActionParams
from ._nodes import Node, make_node
from ._view import View
from .maagic import _backend_of, get_root
from .maapi import Maapi, Transaction

_READ_ONLY = frozenset({"action", "validate"})


class Call:
    """One request: who it is for, and the transaction it works in, which is made only if the callback looks."""

    input: Optional[ActionParams] = None
    output: Optional[ActionParams] = None
    _maapi: Optional[Maapi] = None
    #: Whether the callback has asked for its transaction.
    _has_looked = False

    def __init__(self, request: dict[str, Any], point: str) -> None:
        self.request = request
        #: The actionpoint, servicepoint or validation point whose class serves it.
        self.point = point
        self.uinfo = user_of(request)
        self.uinfo._call = self

    def end(self) -> Optional[View]:
        """Let go of what the callback has looked into; return its transaction's data if that is among it."""
        self.uinfo._call = None
        view = _transactions.leave(self.request["id"]) if self._has_looked else None
        if self._maapi is not None:
            # The session keeps its transactions, which keep it: what they know would wait for the collector.
            self._maapi.forget_attached()
        return view

    def _look(self) -> int:
        """Expect that the callback works in its transaction; return the number."""
        th: int = self.request["id"]
        if not self._has_looked:
            self._has_looked = True
            _transactions.serve(th, self.request["op"] not in _READ_ONLY)
        return th

    @cached_property
    def tctx(self) -> TransCtxRef:
        """The transaction's context."""
        return TransCtxRef(self._look(), self.uinfo)

    @cached_property
    def view(self) -> View:
        """The transaction's data."""
        return _transactions.view_of(self._look())

    @property
    def maapi(self) -> Maapi:
        """The user's session."""
        if self._maapi is None:
            self._maapi = Maapi()
            self._maapi.adopt(self.uinfo.username, self.uinfo.context, self.uinfo.usid)
        return self._maapi

    @cached_property
    def trans(self) -> Transaction:
        """The transaction."""
        return self.maapi.attach(self.tctx)


class _Running(threading.local):
    call: Optional[Call] = None


#: Told by whoever runs a callback that gets a transaction. To an action its call comes with its user session.
running = _Running()


def user_of(request: dict[str, Any]) -> UserInfo:
    """Return the user session that a request is for."""
    user = request.get("user", {})
    return UserInfo(
        user.get("name", "admin"), user.get("context", "system"), user.get("session", 0), request.get("id")
    )


def current() -> Optional[Call]:
    """Return the call that this thread runs."""
    return running.call


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
