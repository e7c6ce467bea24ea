"""Who a callback runs for: the user session and the transaction."""

from __future__ import annotations

from typing import Any

from . import _tables

PROTO_TCP = _tables.NCS["PROTO_TCP"]


class UserInfo:
    """The user session that a callback runs for."""

    # The same for all of them.
    addr = "127.0.0.1"
    af = 2
    port = 0
    proto = PROTO_TCP
    clearpass = ""
    logintime = 0
    lmode = 0
    flags = 0
    snmp_v3_ctx = ""
    actx_thandle = -1
    #: What `action_seterr` said.
    error_text: str | None = None
    #: The `TagValue`s that `action_reply_values` gave.
    reply: list | None = None
    #: The `ncs._calls.Call` that a decorated action callback needs; `None` when it does not run.
    _call: Any = None

    def __init__(self, username: str, context: str, usid: int, request: int | None = None) -> None:
        self.username = username
        self.context = context
        self.usid = usid
        #: The number of the request that the callback serves; `action_set_timeout` moves its deadline.
        self._request = request

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle a user session; pass the fields you need")


class TransCtxRef:
    """The transaction that a callback works in."""

    def __init__(self, th: int, uinfo: UserInfo) -> None:
        self.th = th
        self.fd = -1
        self.uinfo = uinfo
        self.secondary_index: str | None = None
        self.accumulated: list | None = None
        self.traversal_id = 0
        #: What `trans_seterr` said.
        self.error_text: str | None = None

    @property
    def username(self) -> str:
        """The user's name."""
        return self.uinfo.username

    @property
    def context(self) -> str:
        """The context of the user's session."""
        return self.uinfo.context

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle a transaction context; pass its th")


class DaemonCtxRef:
    """The handle of a daemon in the low-level API."""

    def __init__(self, name: str) -> None:
        self.name = name
