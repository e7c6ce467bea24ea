"""The transactions that this process works in, by number: one view each, whoever asks for it."""

from __future__ import annotations

import weakref
from typing import Optional

from ._backend import host
from ._view import View

_views: dict[int, View] = {}
#: The transactions of the callbacks that run here, whether somebody looks into them or not: may they write?
_served: dict[int, bool] = {}
#: The views of transactions that another process opened and will close.
_foreign: weakref.WeakSet[View] = weakref.WeakSet()


def open_view(th: int, is_writable: bool) -> View:
    """Return the view of a transaction that was just opened."""
    view = _views[th] = View(host().schema, host=host(), th=th, is_writable=is_writable)
    return view


def view_of(th: int) -> View:
    """Return the view of a transaction that somebody has open, here or in another process."""
    view = _views.get(th)
    if view is None:
        is_writable = _served.get(th)
        view = _views.setdefault(th, View(host().schema, host=host(), th=th, is_writable=is_writable is not False))
        if is_writable is None:
            _foreign.add(view)
    return view


def serve(th: int, is_writable: bool) -> None:
    """Expect that a callback works in a transaction; its view is made when it is first asked for."""
    _served[th] = is_writable


def leave(th: int) -> Optional[View]:
    """Forget a transaction that a callback worked in, which the host closes itself; return the view if there is one."""
    _served.pop(th, None)
    view = _views.pop(th, None)
    if view is not None:
        view.let_go()
    return view


def leave_view(view: View) -> None:
    """Stop using a view; to a transaction of another process its writes are handed over.

    Somebody else here may go on with the view, and leaves it later.
    """
    if view in _foreign:
        if _views.get(view.th) is view:
            del _views[view.th]
        if view.writes:
            host().write(view.th, view.take_writes())
        view.settle()
        view.let_go()


def disown() -> None:
    """Leave every transaction to the process that opened it, of which this one is a forked child.

    What that process wrote and has not sent, it will send itself, and it closes what it opened. What is written here
    from now on is handed over as it is to any other process's transaction.
    """
    for view in (*_views.values(), *_foreign):
        view.take_writes()
        _foreign.add(view)
    _views.clear()
    _served.clear()


def close_view(th: int) -> None:
    """Close a transaction with all that was written and not applied."""
    view = _views.pop(th, None)
    if view is not None:
        view.let_go()
        host().close(th)


def schema_view() -> View:
    """Return a view that knows the schema and has no data."""
    return View(host().schema)
