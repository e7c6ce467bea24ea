"""A place in the data of a view: what is known there, reading the rest, and writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from _ncs._keytext import key_text
from _ncs._tables import NCS as _C
from _ncs._values import HKeypathRef
from _ncs.error import Error

from . import _types
from ._branches import ABSENT, UNKNOWN, Branch, Key, Table
from ._schema import SchemaNode

if TYPE_CHECKING:
    from ._view import View


class Place:
    """Where a node is in the data, whether there is something or not."""

    __slots__ = ("_branch", "_ensured", "_epoch", "_path", "key", "node", "parent", "view")

    def __init__(
        self, view: View, parent: Place | None, node: SchemaNode, key: Key | None, path: str | None = None
    ) -> None:
        self.view = view
        self.parent = parent
        self.node = node
        #: The key values of an entry; `None` for all else, the list itself included.
        self.key = key
        self._path = path
        self._branch: Branch | None = None
        self._epoch = -1
        #: The epoch in which the last write made sure of this place.
        self._ensured = -1

    @property
    def path(self) -> str:
        """The keypath."""
        if self._path is None:
            above = self.parent.path if self.parent else ""
            keys = "" if self.key is None else key_text(self.key)
            self._path = f"{above}/{self.node.step}{keys}"
        return self._path

    @property
    def shown_path(self) -> str:
        """The keypath, with `/` for the root."""
        return self.path or "/"

    def keypath(self) -> HKeypathRef:
        """Return the keypath as the low-level API shows it."""
        elements: list[Any] = []
        place: Place | None = self
        while place is not None and place.node.kind != "root":
            if place.key is not None:
                leafs = place.node.keys if place.node.kind == "list" else [place.node]
                values = zip(place.key, leafs)
                elements.append(tuple(_types.to_value(_types.from_key(text, n.type), n.type) for text, n in values))
            elements.append(place.node.tag)
            place = place.parent
        return HKeypathRef(elements)

    def down(self, node: SchemaNode) -> Place:
        """Return the place of a child."""
        return Place(self.view, self, node, None)

    def entry(self, texts: tuple[str, ...]) -> Place:
        """Return the place of an entry of this list; the key texts are checked and made canonical."""
        return self.entry_of(self.key_from_python(texts))

    def entry_of(self, key: Key) -> Place:
        """Return the place of the entry with this canonical key."""
        return Place(self.view, self.parent, self.node, key)

    def key_from_python(self, values: tuple) -> Key:
        """Return the canonical key that Python values stand for."""
        leafs = self.node.keys if self.node.kind == "list" else [self.node]
        if len(values) != len(leafs):
            names = " ".join(leaf.name for leaf in leafs)
            raise Error(f"{self.path}: {len(values)} key values given, the keys are: {names}", _C["ERR_BADTYPE"])
        key = []
        for value, leaf in zip(values, leafs):
            try:
                key.append(_types.text_of(leaf.take(value), leaf.type))
            except _types.BadValue as refusal:
                raise _types.bad_type(f"{self.path}/{leaf.name}", refusal) from None
        return tuple(key)

    def key_at(self, leaf: SchemaNode) -> str | None:
        """Return the text of the key that a leaf of this entry is, or `None`."""
        if not leaf.is_key or self.key is None:
            return None
        return self.key[self.node.key_names.index(leaf.name)]

    # What is known

    def known(self) -> Any:
        """Return the branch here, `ABSENT`, or `UNKNOWN` if only the host can tell."""
        if self.view.unseen:
            self.view.settle()
        if self._branch is not None and self._epoch == self.view.epoch:
            return self._branch
        if self.parent is None:
            found: Any = self.view.root
        else:
            found = self.parent.known()
            if isinstance(found, Branch):
                found = found.find(self.node)
                if isinstance(found, Table):
                    found = found.find(self.key or ())
        if isinstance(found, Branch):
            if found.exists is None:
                return UNKNOWN
            self._branch, self._epoch = found, self.view.epoch
        return found

    def branch(self) -> Branch | None:
        """Return the content of this container or entry, from the host if need be; `None` if it is not there."""
        found = self.known()
        if found is UNKNOWN:
            self.fetch()
            found = self.known()
        return found if isinstance(found, Branch) else None

    def fetch(self) -> None:
        """Read this subtree from the host."""
        self.graft(self.view.read(self.shown_path))

    def graft(self, tree: Any) -> None:
        """Take in what the host says is here; `None` if there is nothing."""
        if self.parent is None:
            self.view.root.was_read = True
            self.view.root.merge(tree or {})
            return
        above = self.parent.sketch()
        if tree is None:
            self._graft_nothing(above)
            return
        self.parent.confirm()
        if self.node.kind == "list" and self.key is not None:
            table = self.parent.table_sketch(self.node)
            entry = table.entries.get(self.key)
            if entry is None:
                entry = Branch.of(tree)
                table.know(self.key, entry)
            else:
                entry.merge(tree)
            entry.was_read = True
            return
        kid = above.kids.get(self.node)
        if isinstance(kid, Branch):
            kid.merge(tree)
            kid.was_read = True
        elif isinstance(kid, Table):
            kid.extend(tree)
        elif self.node.kind == "container":
            above.kids[self.node] = branch = Branch.of(tree)
            branch.was_read = True
        elif self.node.kind == "list":
            above.kids[self.node] = Table.of(self.node, tree)
        elif not above.is_written(self.node):
            above.kids[self.node] = tree

    def _graft_nothing(self, above: Branch) -> None:
        if self.node.kind == "list" and self.key is not None and self.parent:
            table = self.parent.table_sketch(self.node)
            table.entries.pop(self.key, None)
            table.absent.add(self.key)
        elif self.node.kind == "container" and not self.node.is_presence:
            above.kids[self.node] = Branch(is_complete=True)
        else:
            above.kids[self.node] = ABSENT

    def sketch(self) -> Branch:
        """Return a branch for this place without saying anything about it that was not known."""
        known = self.known()
        if isinstance(known, Branch):
            return known
        if self.parent is None:
            return self.view.root
        above = self.parent.sketch()
        exists = None if self.node.has_existence else True
        # There is nothing below what is not there.
        is_complete = known is ABSENT
        if self.key is not None:
            table = self.parent.table_sketch(self.node)
            entry = table.entries.get(self.key)
            if entry is None:
                entry = Branch(is_complete, exists)
                table.know(self.key, entry)
            return entry
        kid = above.kids.get(self.node)
        if not isinstance(kid, Branch):
            kid = above.kids[self.node] = Branch(is_complete, exists)
        return kid

    def table_sketch(self, node: SchemaNode) -> Table:
        """Return a table for a list below this place without saying which entries it has."""
        above = self.sketch()
        table = above.find(node)
        if not isinstance(table, Table):
            table = above.kids[node] = Table(node, is_complete=table is ABSENT)
        return table

    def confirm(self) -> None:
        """Remember that this place and all above it exist: something was found below."""
        place: Place | None = self
        while place is not None:
            branch = place.sketch()
            if branch.exists:
                return
            branch.exists = True
            place = place.parent

    # Reading

    def note(self, path: str | None = None) -> None:
        """Remember that this was read."""
        self.view.reads[self.path if path is None else path] = None

    def exists(self) -> bool:
        """Return whether the node is there, and count that as read."""
        if self.node.kind == "leaf-list" and self.key is not None:
            values = self.outer.down(self.node).value()
            return values is not ABSENT and _types.parse(self.key[0], self.node.type) in values
        if self.node.kind in ("leaf", "leaf-list"):
            return self.value() is not ABSENT
        if self.node.kind == "list" and self.key is None:
            return any(True for _ in self.entries())
        found = self.branch()
        if self.node.has_existence and not self._is_existence_own():
            self.note()
        return found is not None

    def _is_existence_own(self) -> bool:
        above = self.parent.known() if self.parent else None
        if not isinstance(above, Branch):
            return False
        table = above.kids.get(self.node)
        return above.is_written(self.node) or (isinstance(table, Table) and self.key in table.own)

    def value(self) -> Any:
        """Return the data of this leaf or leaf-list, or `ABSENT`; it counts as read."""
        return self.outer.leaf(self.node)

    def leaf(self, node: SchemaNode) -> Any:
        """Return the data of a leaf or leaf-list in this container or entry, or `ABSENT`; it counts as read."""
        branch = self.branch()
        found: Any = ABSENT
        if branch is not None:
            found = branch.find(node)
            if found is UNKNOWN:
                found = self.down(node)._fetch_value(branch)
            if branch.is_own or node in branch.own:
                return found
        self.note(f"{self.path}/{node.step}")
        return found

    def _above(self) -> Branch | None:
        """Return the branch that holds this place; where it is unknown, ask for no more than is wanted."""
        parent = self.outer
        if parent.known() is UNKNOWN and not parent.node.has_existence and self.node.kind == "list":
            return parent.sketch()
        return parent.branch()

    @property
    def outer(self) -> Place:
        """The place that this one stands in.

        Raises:
            Error: this is the root.
        """
        if self.parent is None:
            raise Error(f"{self.shown_path} has no parent", _C["ERR_BADPATH"])
        return self.parent

    def _fetch_value(self, above: Branch) -> Any:
        parent = self.outer
        if not above.was_read and parent.parent is not None:
            parent.fetch()
        found = above.find(self.node)
        if found is UNKNOWN:
            self.fetch()
            found = above.find(self.node)
            if isinstance(found, list) and found and found[-1] == {"@": 1}:
                found = above.kids[self.node] = self._rest_of_values(found)
        return found

    def _rest_of_values(self, values: list) -> list:
        while values and values[-1] == {"@": 1}:
            last = _types.text_of(values[-2], self.node.type)
            more = self.view.read(self.path, self.path + key_text([last])) or []
            values = values[:-1] + more
        return values

    def table(self) -> Table | None:
        """Return the known entries of this list; `None` if it is not there."""
        above = self._above()
        if above is None:
            return None
        found = above.find(self.node)
        if found is UNKNOWN:
            self.fetch()
            found = above.find(self.node)
        return found if isinstance(found, Table) else None

    def entries(self) -> Iterator[Key]:
        """Yield the keys of this list, a page at a time; the list counts as read."""
        above = self._above()
        if above is None or not above.is_written(self.node):
            self.note()
        given: set[Key] = set()
        while True:
            table = self.table()
            if table is None:
                return
            epoch = self.view.epoch
            for key in list(table.keys()):
                if self.view.unseen:
                    self.view.settle()
                if epoch != self.view.epoch:
                    epoch = self.view.epoch
                    if self._has_lost(table):
                        break
                if key not in given and key in table.entries:
                    given.add(key)
                    yield key
            table = self.table()
            if table is None:
                return
            if table.is_complete:
                if all(key in given for key in table.keys()):
                    return
            else:
                self._more(table)

    def _has_lost(self, table: Table) -> bool:
        """Return whether this list, or what it stands in, was deleted since it had this table."""
        above = self.outer.known()
        found = above.find(self.node) if isinstance(above, Branch) else above
        return found is not UNKNOWN and found is not table

    def _more(self, table: Table) -> None:
        keys = table.keys()
        after = self.entry_of(keys[-1]).path if keys else None
        page = self.view.read(self.path, after) or []
        table.extend(page)
        if not table.is_complete and len(table.keys()) == len(keys) and len(page) < 2:
            raise Error(f"{self.path}: the host sent an empty page that is not the last", _C["ERR_PROTOUSAGE"])

    # Writing

    def ensure(self) -> Branch:
        """Make sure that this container or entry is seen from now on, and all above it."""
        if self.view.unseen:
            self.view.settle()
        if self.parent is None:
            return self.view.root
        if self._branch is None or self._ensured != self.view.epoch:
            self._branch = self._made(self.parent)
            self._epoch = self._ensured = self.view.epoch
        return self._branch

    def _made(self, parent: Place) -> Branch:
        above = parent.ensure()
        found = above.find(self.node)
        if self.node.is_in_choice:
            self._hide_other_cases(self.node, above)
        if self.key is None:
            if not isinstance(found, Branch):
                found = Branch(is_complete=found is ABSENT, is_own=found is ABSENT)
                above.set(self.node, found)
            elif found.exists is None:
                found.exists = True
                above.add_own(self.node)
            return found
        if not isinstance(found, Table):
            found = above.kids[self.node] = Table(self.node, is_complete=found is ABSENT)
        entry = found.find(self.key)
        if isinstance(entry, Branch) and entry.exists:
            return entry
        found.own.add(self.key)
        if not isinstance(entry, Branch):
            entry = Branch(is_complete=entry is ABSENT, is_own=entry is ABSENT)
        entry.exists = True
        found.insert(self.key, entry)
        for text, leaf in zip(self.key, self.node.keys):
            entry.set(leaf, _types.from_key(text, leaf.type))
        return entry

    def create(self) -> None:
        """Create this entry or presence container; it may be there already."""
        if self.view.is_logged:
            self.view.create(self)
        else:
            self.ensure()

    def set(self, data: Any) -> None:
        """Give this leaf its value, or this leaf-list all its values."""
        self.outer.set_leaf(self.node, data)

    def set_leaf(self, node: SchemaNode, data: Any) -> None:
        """Give a leaf in this container or entry its value, or a leaf-list all its values."""
        if self.view.is_logged:
            self.view.set_leaf(self, node, data)
        else:
            self.put(node, data)

    def put(self, node: SchemaNode, data: Any) -> None:
        """Let the tree show the data of a leaf or leaf-list in this container or entry."""
        branch = self.ensure()
        branch.set(node, self.down(node)._in_order(data) if node.kind == "leaf-list" else data)
        if node.is_in_choice:
            self._hide_other_cases(node, branch)

    def create_leaf(self) -> None:
        """Create this empty leaf."""
        self.view.record(["create", self.path])
        above = self.outer.ensure()
        above.set(self.node, [None])
        if self.node.is_in_choice:
            self._hide_other_cases(self.node, above)

    def delete(self) -> None:
        """Delete what is here; there may be nothing.

        Raises:
            Error: a node of this kind, or a key, cannot be deleted.
        """
        if self.parent is None:
            raise Error("the root cannot be deleted", _C["ERR_NOTDELETABLE"])
        is_key = self.parent.key_at(self.node) is not None
        if is_key or self.node.kind in ("choice", "action", "rpc"):
            kind = "key" if is_key else self.node.kind
            raise Error(f"{self.path} is a {kind}, which cannot be deleted", _C["ERR_NOTDELETABLE"])
        self.view.record(["delete", self.path])
        # What was written before goes with it: it must be there before what is known counts as old.
        self.view.settle()
        self.view.epoch += 1
        if self.parent.known() is ABSENT:
            return
        above = self.parent.sketch()
        if self.node.kind == "list" and self.key is not None:
            self.parent.table_sketch(self.node).remove(self.key)
        elif self.node.kind == "container" and not self.node.is_presence:
            above.set(self.node, Branch(is_complete=True, is_own=True))
        else:
            above.set(self.node, ABSENT)

    def add_value(self, data: Any) -> None:
        """Add one value to this leaf-list, without asking what it has."""
        text = _types.text_of(data, self.node.type)
        self.view.record(["create", self.path + key_text([text])])
        above = self.outer.ensure()
        found = above.find(self.node)
        if self.node.is_in_choice:
            self._hide_other_cases(self.node, above)
        if found is UNKNOWN:
            return
        values = [] if found is ABSENT else found
        if data not in values:
            above.kids[self.node] = self._in_order([*values, data])

    def _in_order(self, values: list) -> list:
        node = self.node
        if node.keeps_given_order:
            return values
        return sorted(values, key=lambda data: _types.sort_key(_types.text_of(data, node.type), node.type))

    def remove_value(self, data: Any) -> None:
        """Take one value out of this leaf-list, without asking what it has."""
        text = _types.text_of(data, self.node.type)
        self.view.record(["delete", self.path + key_text([text])])
        if self.outer.known() is ABSENT:
            return
        above = self.outer.sketch()
        found = above.find(self.node)
        if isinstance(found, list):
            values = [value for value in found if value != data]
            above.kids[self.node] = values or ABSENT

    def move(self, where: str, other: Place | None) -> None:
        """Move this entry of a list that is ordered by user.

        Raises:
            Error: it, or the entry beside which it shall stand, is known not to be there.
        """
        table = self.outer.table_sketch(self.node)
        for place in (self, *([other] if other else [])):
            if table.is_complete and place.key not in table.keys():
                raise Error(place.path, _C["ERR_NOEXISTS"])
        if other is not None and other.key == self.key:
            return
        self.view.record(["move", self.path, where, *([other.path] if other else [])])
        table.move(self.key or (), where, other.key if other else None)

    def _hide_other_cases(self, node: SchemaNode, above: Branch) -> None:
        while node.parent is not None and node.parent.kind in ("choice", "case"):
            if node.parent.kind == "choice":
                for other in node.parent.children:
                    if other is not node:
                        self._hide(above, other)
            node = node.parent

    def _hide(self, above: Branch, other: SchemaNode) -> None:
        for node in other.data_children if other.kind == "case" else [other]:
            if above.find(node) is ABSENT:
                continue
            self.view.epoch += 1
            is_plain = node.kind == "container" and not node.is_presence
            above.set(node, Branch(is_complete=True, is_own=True) if is_plain else ABSENT)
