"""One transaction with all that can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from _ncs._tables import MAAPI_FUNCTIONS
from _ncs._tables import NCS as _C
from _ncs._unsupported import unsupported

from . import _transactions
from ._action_nodes import params_of
from ._backend import host
from ._commit_params import CommitParams, DryRunOutformat
from ._lowlevel import LowLevel, flatten, write_flat
from ._view import View
from .progress import EmptySpan

if TYPE_CHECKING:
    from .maapi import Maapi

#: What both a transaction and, with the transaction's number in front, a session can be asked.
OPERATIONS = frozenset(name for name in vars(LowLevel) if not name.startswith("_")) - {"at"}
#: Methods that are published and are neither low-level functions nor here.
UNSUPPORTED = frozenset("""
    clear_read_intent get_read_intent netconf_ssh_call_home set_read_intent write_service_log_entry
    shared_apply_template shared_insert load_rollback list_rollbacks find_next get_next get_objects""".split())


class Transaction:
    """A transaction; a context manager that finishes it."""

    def __init__(
        self, maapi: Maapi, th: Optional[int] = None, rw: Optional[int] = None, db: int = _C["RUNNING"], **who: Any
    ) -> None:
        """Open a transaction, or work in the one with number `th`."""
        if th is None:
            other = maapi.start_trans(_C["READ"] if rw is None else rw, db, **who)
            self._take(maapi, other.th, other.view, True)
        else:
            self._take(maapi, int(th), _transactions.view_of(int(th)), False)

    @classmethod
    def _of(cls, maapi: Maapi, th: int, view: View, is_owner: bool) -> Transaction:
        trans = cls.__new__(cls)
        trans._take(maapi, th, view, is_owner)
        return trans

    def _take(self, maapi: Maapi, th: int, view: View, is_owner: bool) -> None:
        self.maapi = maapi
        self.th = th
        self.view = view
        self._is_owner = is_owner
        self._is_open = True
        self._closes_session = False
        self._operations = LowLevel(view)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, *_error: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Close the transaction; one that was only attached to stays open for its owner."""
        if self._is_open:
            self._is_open = False
            if self._is_owner:
                self.maapi._owned.pop(self.th, None)
                _transactions.close_view(self.th)
            else:
                self.maapi.detach(self.th)
                _transactions.leave_view(self.view)
        if self._closes_session:
            self.maapi.close()

    def validate(self, unlock: bool, forcevalidation: bool = False) -> None:
        """Check what was written.

        Raises:
            Error: it is not valid.
        """
        host().validate(self.th, self.view.take_writes(), list(self.view.reads))

    def prepare(self, flags: int = 0) -> None:
        """Check what was written, as the first half of `apply`; `commit` is the second."""
        self.validate(True)

    def commit(self) -> None:
        """Make what was prepared take effect."""
        self._apply()

    def abort(self) -> None:
        """Give up what was prepared; the transaction keeps what was written."""

    def apply(self, keep_open: bool = True, flags: int = 0) -> None:
        """Make what was written take effect.

        Raises:
            Error: it is not valid, or conflicts with what others did meanwhile.
        """
        try:
            self._apply()
        finally:
            if not keep_open:
                self.finish()

    def _apply(self) -> None:
        host().apply(self.th, self.view.take_writes(), list(self.view.reads))
        self.view.forget()

    def get_params(self) -> CommitParams:
        """Return the commit parameters."""
        return CommitParams()

    def apply_params(self, keep_open: bool = True, params: Optional[CommitParams] = None) -> dict:
        """Apply, or try to, as the parameters say; return what they ask for."""
        if params is None or not params.is_dry_run():
            self.apply(keep_open)
            return {}
        outformat = params.get_dry_run_outformat()
        if outformat not in (DryRunOutformat.CLI, DryRunOutformat.CLI_C) or params.is_dry_run_reverse():
            unsupported(f"a dry run with format {outformat.name}")()
        changes = host().apply(self.th, self.view.take_writes(), list(self.view.reads), dry_run=True)
        if not keep_open:
            self.finish()
        return {"local-node": "\n".join(map(_change_text, changes))}

    def hide_group(self, group_name: str) -> None:
        """Hide a group of nodes; hide groups do not change what programs see here."""

    def unhide_group(self, group_name: str) -> None:
        """Show a group of nodes; hide groups do not change what programs see here."""

    def start_progress_span(self, *arguments: Any, **named: Any) -> EmptySpan:
        """Return a span; progress is not traced."""
        return EmptySpan()

    def progress_info(self, *_arguments: Any, **_named: Any) -> None:
        """Say how far something is; progress is not traced."""

    def end_progress_span(self, *_arguments: Any) -> None:
        """End a span; progress is not traced."""

    def request_action(self, params: Any, hashed_ns: int, path: Any) -> list:
        """Run an action with a flattened tree as input, and return its output in that form."""
        place = self._operations.at(path)
        given = params_of(place.node, "input", place.path)
        write_flat(given._place, iter(params or ()))
        output = self.maapi._run_action(place.path, given._tree(), self if self.th >= 0 else None)
        return list(flatten(params_of(place.node, "output", place.path, output)._place))

    def __getattr__(self, name: str) -> Any:
        if name in OPERATIONS:
            return getattr(self._operations, name)
        if name in MAAPI_FUNCTIONS or name in UNSUPPORTED:
            return unsupported(f"Transaction.{name}")
        raise AttributeError(f"Transaction has no attribute {name!r}")


def _change_text(change: dict) -> str:
    sign = {"create": "+", "delete": "-"}.get(change.get("op", ""), " ")
    values = [str(change[member]) for member in ("old", "new") if change.get(member) is not None]
    return " ".join([sign, change.get("path", ""), " -> ".join(values)]).rstrip()
