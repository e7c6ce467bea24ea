"""The transactions that this process works in, by number: one view each, whoever asks for it."""

from __future__ import annotations

from ._backend import host
from ._view import View

_views: dict[int, View] = {}
#: Those of them that another process opened and will close.
_foreign: set[int] = set()


def open_view(th: int, is_writable: bool) -> View:
    """Return the view of a transaction that was just opened."""
    view = _views[th] = View(host().schema, host=host(), th=th, is_writable=is_writable)
    return view


def view_of(th: int) -> View:
    """Return the view of a transaction that somebody has open, here or in another process."""
    if th not in _views:
        _foreign.add(th)
        return open_view(th, True)
    return _views[th]


def leave_view(view: View) -> None:
    """Stop using a view; to a transaction of another process its writes are handed over."""
    if view.th in _foreign:
        _foreign.discard(view.th)
        _views.pop(view.th, None)
        if view.writes:
            host().write(view.th, view.take_writes())


def close_view(th: int) -> None:
    """Close a transaction with all that was written and not applied."""
    if _views.pop(th, None) is not None:
        host().close(th)


def drop_view(th: int) -> None:
    """Forget a view whose transaction the host closes itself."""
    _views.pop(th, None)


def schema_view() -> View:
    """Return a view that knows the schema and has no data."""
    return View(host().schema)
