"""The low-level way to sessions and transactions: each function takes the session's socket first."""

from __future__ import annotations

import weakref
from typing import Any, Callable

from . import _tables, _unsupported
from ._values import HKeypathRef

globals().update(_tables.MAAPI)

_sessions: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def _session(sock: Any) -> Any:
    maapi = getattr(sock, "maapi", None) or _sessions.get(sock)
    if maapi is None:
        from .error import Error

        raise Error("connect() was not called for this socket", _tables.NCS["ERR_NOSESSION"])
    return maapi


def connect(sock: Any, ip: Any = None, port: Any = None, path: Any = None) -> None:
    """Make a socket object stand for a session; nothing is sent over it."""
    from ncs.maapi import Maapi

    # It must not hold on to the socket, or neither would ever go.
    _sessions[sock] = Maapi()


def close(sock: Any) -> None:
    """End the session of a socket."""
    _session(sock).close()


def start_trans(sock: Any, name: int, readwrite: int) -> int:
    """Open a transaction in database `name` and return its number."""
    return _session(sock).start_trans(readwrite, name).th


def start_trans2(sock: Any, name: int, readwrite: int, usid: int) -> int:
    """Open a transaction in database `name` and return its number."""
    return start_trans(sock, name, readwrite)


def finish_trans(sock: Any, thandle: int) -> None:
    """Close a transaction."""
    from ncs import _transactions

    _transactions.close_view(thandle)


def apply_trans(sock: Any, thandle: int, keepopen: bool) -> None:
    """Make what was written in a transaction take effect."""
    _session(sock).attach(thandle).apply(keepopen)


def apply_trans_flags(sock: Any, thandle: int, keepopen: bool, flags: int) -> None:
    """Make what was written in a transaction take effect."""
    _session(sock).attach(thandle).apply(keepopen, flags)


def attach(sock: Any, hashed_ns: int, ctx: Any) -> None:
    """Work in the transaction of a callback."""
    _session(sock).attach(ctx, hashed_ns)


def attach2(sock: Any, hashed_ns: int, usid: int, thandle: int) -> None:
    """Work in a transaction that somebody else opened."""
    _session(sock).attach(thandle, hashed_ns, usid)


def detach(sock: Any, ctx: Any) -> None:
    """Leave an attached transaction."""
    _session(sock).detach(ctx)


detach2 = detach


def start_user_session(
    sock: Any, username: str, context: str, groups: list[str], src_addr: Any = None, prot: int = 1, *_rest: Any
) -> None:
    """Say for whom transactions are."""
    _session(sock).start_user_session(username, context, groups)


start_user_session2 = start_user_session3 = start_user_session


def end_user_session(sock: Any) -> None:
    """Forget for whom transactions are."""
    _session(sock).end_user_session()


def get_my_user_session_id(sock: Any) -> int:
    """Return the number of the session."""
    return _session(sock).get_my_user_session_id()


def xpath2kpath(sock: Any, xpath: str) -> HKeypathRef:
    """Return the keypath of an instance-identifier."""
    return _session(sock).xpath2kpath(xpath)


def load_schemas(sock: Any) -> None:
    """Have the schema at hand."""
    _session(sock).load_schemas()


def request_action(sock: Any, params: Any, hashed_ns: int, path: str) -> list:
    """Run an action with a flattened tree as input."""
    return _session(sock).request_action(params, hashed_ns, path)


def request_action_th(sock: Any, thandle: int, params: Any, path: str) -> list:
    """Run an action in a transaction, with a flattened tree as input."""
    return _session(sock).attach(thandle).request_action(params, 0, path)


def _of_transaction(name: str) -> Callable[..., Any]:
    def function(sock: Any, thandle: int, *arguments: Any) -> Any:
        return getattr(_session(sock).attach(thandle), name)(*arguments)

    function.__name__ = function.__qualname__ = name
    return function


#: Functions whose arguments after the transaction are those of the transaction's method.
_SAME = """
    cd copy_tree create delete exists get_case get_elem get_object get_values getcwd getcwd_kpath move
    move_ordered num_instances popd pushd set_elem set_elem2 set_values""".split()


def shared_create(sock: Any, thandle: int, flags: int, path: Any) -> None:
    """Create what another service may have created too."""
    _session(sock).attach(thandle).shared_create(path)


def shared_set_elem(sock: Any, thandle: int, v: Any, flags: int, path: Any) -> None:
    """Give a leaf a value that another service may set too."""
    _session(sock).attach(thandle).set_elem(v, path)


shared_set_elem2 = shared_set_elem


def shared_set_values(sock: Any, thandle: int, values: Any, flags: int, path: Any) -> None:
    """Write a flattened tree, parts of which other services may write too."""
    _session(sock).attach(thandle).set_values(values, path)


def validate_trans(sock: Any, thandle: int, unlock: bool, forcevalidation: bool) -> None:
    """Check what was written in a transaction."""
    _session(sock).attach(thandle).validate(unlock, forcevalidation)


_missing = _unsupported.module_getattr("_ncs.maapi", _tables.MAAPI_FUNCTIONS)


def __getattr__(name: str) -> Any:
    return _of_transaction(name) if name in _SAME else _missing(name)
