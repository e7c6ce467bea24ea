"""The low-level way to serve callbacks."""

from __future__ import annotations

from typing import Any

from . import _tables, _unsupported

globals().update(_tables.DP)


def action_set_timeout(uinfo: Any, timeout_secs: int) -> None:
    """Give the running action this long from now."""
    from ncs import _backend

    _backend.host().set_timeout(uinfo._request, timeout_secs)


def action_seterr(uinfo: Any, errstr: str) -> None:
    """Say why the action fails; the callback then returns `CONFD_ERR`."""
    uinfo.error_text = errstr


def action_seterr_extended(uinfo: Any, code: int, apptag_ns: int, apptag_tag: int, errstr: str) -> None:
    """Say why the action fails."""
    uinfo.error_text = errstr


def action_reply_values(uinfo: Any, values: list) -> None:
    """Give the action's output as a flattened tree."""
    uinfo.reply = list(values)


def action_set_fd(uinfo: Any, sock: Any) -> None:
    """Choose the socket that the action runs on; there is no such socket here."""


def trans_set_fd(tctx: Any, sock: Any) -> None:
    """Choose the socket that the transaction's callbacks run on; there is no such socket here."""


def trans_seterr(tctx: Any, errstr: str) -> None:
    """Say why the callback fails, or what its warning is."""
    tctx.error_text = errstr


def trans_seterr_extended(tctx: Any, code: int, apptag_ns: int, apptag_tag: int, errstr: str) -> None:
    """Say why the callback fails."""
    tctx.error_text = errstr


__getattr__ = _unsupported.module_getattr("_ncs.dp", _tables.DP_FUNCTIONS)
