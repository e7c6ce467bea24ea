"""Parts of the API that were once new, and where some packages still look for subscribers."""

from __future__ import annotations

from typing import Any, NoReturn

from _ncs._tables import NCS as _C
from _ncs._unsupported import refuse

from .cdb import OperSubscriber, Subscriber, TwoPhaseSubscriber

__all__ = ["DataCallbacks", "OperSubscriber", "Query", "Subscriber", "TwoPhaseSubscriber"]


class Query:
    """The rows that an XPath query selects."""

    def __init__(
        self,
        trans: Any,
        expr: str,
        context_node: str,
        select: list,
        chunk_size: int = 1000,
        initial_offset: int = 1,
        result_as: int = _C["QUERY_TAG_VALUE"],
        sort: list = [],  # noqa: B006 - the published default
    ) -> None:
        refuse("ncs.experimental.Query")


class DataCallbacks:
    """Serves operational data by paths."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def register(self, path: str, handler: Any) -> NoReturn:
        """Let `handler` give the data below `path`."""
        refuse("ncs.experimental.DataCallbacks.register()")
