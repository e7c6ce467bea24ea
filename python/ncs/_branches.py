"""What is known of the data: one partial tree, filled from the host and changed by writes.

A `Branch` is a container or a list entry, a `Table` a list. Both keep what the host sent as it came and take it apart
when it is looked at. What is not known is `UNKNOWN`; what is known not to be there is `ABSENT`.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Optional, Union

from . import _types
from ._schema import SchemaNode

Key = tuple[str, ...]
MARK = "@"


class _Sign:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN = _Sign("UNKNOWN")
ABSENT = _Sign("ABSENT")

# Most branches begin with these, and nobody puts anything in them.
_NO_TREE: dict[str, Any] = {}
_NONE: Set[SchemaNode] = frozenset()


class Branch:
    """The known content of a container or list entry."""

    __slots__ = ("exists", "is_complete", "is_own", "kids", "own", "raw", "was_read")

    def __init__(self, is_complete: bool, exists: Optional[bool] = True, is_own: bool = False) -> None:
        #: Children that were looked at or written: branches, tables, values, or `ABSENT`.
        self.kids: dict[SchemaNode, Any] = {}
        #: The host's object, less what went into `kids`.
        self.raw: dict[str, Any] = _NO_TREE
        #: Whether what is not in `kids` and `raw` is absent.
        self.is_complete = is_complete
        #: Whether the node is there; `None` if only its place is known.
        self.exists = exists
        #: Whether all in it comes from this transaction, so that looking at it is not a read.
        self.is_own = is_own
        #: The children that this transaction wrote, unless all is its own.
        self.own: Set[SchemaNode] = _NONE
        #: Whether the host was already asked for this subtree.
        self.was_read = False

    @classmethod
    def of(cls, tree: dict[str, Any]) -> Branch:
        """Return the branch that the host's object describes."""
        branch = cls(is_complete=MARK not in tree)
        branch.raw = tree
        return branch

    def find(self, node: SchemaNode) -> Any:
        """Return the child, `ABSENT` or `UNKNOWN`."""
        kid = self.kids.get(node)
        if kid is not None:
            return kid
        if self.raw:
            value = self._take(node)
            if value is not None:
                kid = self.kids[node] = _wrap(node, value)
                return kid
        if not self.is_complete:
            return UNKNOWN
        if node.kind == "container" and not node.is_presence:
            kid = self.kids[node] = Branch(is_complete=True, is_own=self.is_own)
            return kid
        return ABSENT

    def _take(self, node: SchemaNode) -> Any:
        value = self.raw.pop(node.qualified, None)
        return self.raw.pop(node.name, None) if value is None and not node.is_qualified else value

    def merge(self, tree: dict[str, Any]) -> None:
        """Add what the host says now; what is already known here stays, as it may have been written since."""
        self.exists = True
        fresh = Branch.of(dict(tree))
        for node, kid in list(self.kids.items()):
            if kid is UNKNOWN:
                del self.kids[node]
            elif isinstance(kid, (Branch, Table)):
                kid.absorb(fresh._take(node))
            else:
                fresh._take(node)
        self.raw = fresh.raw
        self.is_complete = self.is_complete or fresh.is_complete

    def absorb(self, tree: Any) -> None:
        """Complete this branch by what its parent's tree says of it."""
        if isinstance(tree, dict) and not self.is_complete:
            self.merge(tree)

    def is_written(self, node: SchemaNode) -> bool:
        """Whether this transaction made the child what it is."""
        return self.is_own or node in self.own

    def set(self, node: SchemaNode, kid: Any) -> None:
        """Make the child what a write says."""
        if self.raw:
            self._take(node)
        self.kids[node] = kid
        if not self.is_own:
            self.add_own(node)

    def add_own(self, node: SchemaNode) -> None:
        """Remember that this transaction made the child what it is."""
        if isinstance(self.own, set):
            self.own.add(node)
        else:
            self.own = {node}


class Table:
    """The known entries of a list."""

    __slots__ = ("_edge", "_is_sorted", "_keys", "_listed", "_made", "absent", "entries", "is_complete", "node", "own")

    def __init__(self, node: SchemaNode, is_complete: bool) -> None:
        self.node = node
        #: Every known entry.
        self.entries: dict[Key, Branch] = {}
        #: Entries that are known not to be there; of use while the table is not complete.
        self.absent: set[Key] = set()
        self.is_complete = is_complete
        #: The entries that this transaction made or deleted.
        self.own: set[Key] = set()
        self._keys: list[Key] = []
        self._listed: set[Key] = set()
        self._is_sorted = True
        #: What orders the last entry of the last page.
        self._edge: list = []
        #: How many entries without a key were given a number.
        self._made = 0

    @classmethod
    def of(cls, node: SchemaNode, tree: list) -> Table:
        """Return the table that the host's array describes."""
        table = cls(node, is_complete=False)
        table.extend(tree)
        return table

    def extend(self, page: list) -> None:
        """Add the next page of the list."""
        self.is_complete = not (page and isinstance(page[-1], dict) and page[-1].keys() == {MARK})
        for row in page if self.is_complete else page[:-1]:
            key = self._key_of(row)
            entry = self.entries.get(key)
            if entry is None:
                self.entries[key] = Branch.of(row)
            else:
                entry.absorb(row)
            self._list(key)
        if self._keys:
            self._edge = self._order(self._keys[-1])

    def _key_of(self, row: dict[str, Any]) -> Key:
        leafs = self.node.keys
        return tuple(_types.text_of(_member(row, leaf), leaf.type) for leaf in leafs) if leafs else self.next_key()

    def next_key(self) -> Key:
        """Return what stands for the key of a new entry in a list without keys."""
        self._made += 1
        return (f"[{self._made - 1}]",)

    def _list(self, key: Key) -> None:
        if key not in self._listed:
            self._listed.add(key)
            self._keys.append(key)

    def keys(self) -> list[Key]:
        """Return the list's entries in order, from the first up to where the host's pages ended."""
        if not self._is_sorted:
            self._keys.sort(key=self._order)
            self._is_sorted = True
        return self._keys

    def _order(self, key: Key) -> list:
        return [_types.sort_key(text, leaf.type) for text, leaf in zip(key, self.node.keys)]

    def absorb(self, tree: Any) -> None:
        """Complete this table by what its parent's tree says of it."""
        if isinstance(tree, list) and not self.is_complete and not self._keys:
            self.extend(tree)

    def find(self, key: Key) -> Any:
        """Return the entry's branch, `ABSENT` or `UNKNOWN`."""
        entry = self.entries.get(key)
        if entry is not None:
            return entry
        return ABSENT if self.is_complete or key in self.absent else UNKNOWN

    def insert(self, key: Key, entry: Branch) -> None:
        """Put an entry in its place."""
        self.entries[key] = entry
        self.absent.discard(key)
        if self.node.keeps_given_order:
            # While pages are missing, the host sends it with the last of them.
            if self.is_complete:
                self._list(key)
        elif self.is_complete or (self._edge and self._order(key) < self._edge):
            self._is_sorted = False
            self._list(key)

    def know(self, key: Key, entry: Branch) -> None:
        """Remember an entry without knowing its place among the others."""
        self.entries[key] = entry

    def remove(self, key: Key) -> None:
        """Take an entry out."""
        self.entries.pop(key, None)
        if key in self._listed:
            self._listed.discard(key)
            self._keys.remove(key)
        self.absent.add(key)
        self.own.add(key)

    def move(self, key: Key, where: str, other: Optional[Key]) -> None:
        """Put an entry elsewhere; if the order is not wholly known, it is asked for again."""
        if not self.is_complete:
            self._keys, self._listed = [], set()
            return
        self._keys.remove(key)
        place = {"first": 0, "last": len(self._keys)}.get(where)
        if place is None:
            place = self._keys.index(other or ()) + (where == "after")
        self._keys.insert(place, key)


def _member(row: dict[str, Any], leaf: SchemaNode) -> Any:
    value = row.get(leaf.qualified)
    return row.get(leaf.name) if value is None else value


def _wrap(node: SchemaNode, value: Any) -> Union[Branch, Table, Any]:
    if node.kind == "list":
        return Table.of(node, value)
    if node.kind == "leaf-list":
        return UNKNOWN if value and value[-1] == {MARK: 1} else value
    if node.kind == "container":
        return Branch.of(value)
    return value
