"""One transaction as this process sees it: what is known of the data, what was written, what was read.

Reading goes through the partial tree in `_branches` and asks the host for what is missing. Writes are kept in a log:
they are seen by later reads at once, and go to the host with the next message that leaves the process.
"""

from __future__ import annotations

from typing import Any

from _ncs._tables import NCS as _C
from _ncs.error import Error

from ._backend import Host
from ._branches import ABSENT, UNKNOWN, Branch, Table
from ._keypath import bad_path, parse
from ._place import Place
from ._schema import Schema, SchemaNode


class View:
    """The data of one transaction, or a tree in memory when there is no host behind it."""

    #: Grows when something is deleted, so that whoever remembers a branch looks again.
    epoch = 0
    #: Whether somebody will ask what was written, and not only what is there.
    is_logged = True

    def __init__(
        self,
        schema: Schema,
        node: SchemaNode | None = None,
        host: Host | None = None,
        th: int = -1,
        is_writable: bool = True,
        path: str = "",
    ) -> None:
        """Start with nothing known; without a host, that is an empty tree.

        `node` is the schema node that the tree hangs on, the root if left out, and `path` its keypath.
        """
        self.schema = schema
        self.host = host
        self.th = th
        self.is_writable = is_writable
        #: Writes that the host has not got yet.
        self.writes: list[list] = []
        #: What was created, and leafs that were given data, that the tree does not show yet: many callbacks only write.
        self.unseen: list[tuple[Place, SchemaNode | None, Any]] = []
        #: What the last write creates; what its leafs are given goes along.
        self._created: Place | None = None
        #: Keypaths of what was read, in order.
        self.reads: dict[str, None] = {}
        self._root = Branch(host is None, True, host is None)
        self._node = node or schema.root
        self._path = path

    @property
    def place(self) -> Place:
        """The place of the view's own node.

        A view holds no place for long, as places hold their view: with its last user it goes at once, and all that it
        knows.
        """
        return Place(self, None, self._node, None, self._path)

    @property
    def root(self) -> Branch:
        """What is known of the data at the view's own node."""
        if self.unseen:
            self.settle()
        return self._root

    def forget(self) -> None:
        """Know nothing any more: the transaction went on from another state of the data."""
        self._root = Branch(is_complete=False)
        self.epoch += 1
        self.writes = []
        self.reads = {}
        self.let_go()

    def take_writes(self) -> list[list]:
        """Return the writes that the host has not got yet and consider them sent."""
        writes, self.writes = self.writes, []
        self._created = None
        return writes

    def settle(self) -> None:
        """Let the tree show all that was written."""
        unseen, self.unseen = self.unseen, []
        for place, leaf, data in unseen:
            if leaf is None:
                place.ensure()
            else:
                place.put(leaf, data)

    def let_go(self) -> None:
        """Hold no place any more: nobody will look into the tree, or write."""
        self.unseen = []
        self._created = None

    def read(self, path: str, after: str | None = None) -> Any:
        """Ask the host for a subtree."""
        if self.host is None:
            raise Error(f"{path}: this tree is in memory and has no data behind it", _C["ERR_NOTRANS"])
        return self.host.read(self.th, path, after, self.take_writes())

    def record(self, write: list) -> None:
        """Log a write.

        Raises:
            Error: the transaction only reads.
        """
        if not self.is_writable:
            raise Error(f"{write[1]}: the transaction is read-only", _C["ERR_NOT_WRITABLE"])
        self.writes.append(write)
        self._created = None

    def create(self, place: Place) -> None:
        """Log that an entry or presence container is created; the tree shows it once somebody looks."""
        self.record(["create", place.path])
        self._created = place
        self.unseen.append((place, None, None))

    def set_leaf(self, place: Place, leaf: SchemaNode, data: Any) -> None:
        """Log that a leaf or leaf-list below a place is given data; the tree shows it once somebody looks."""
        if place is self._created:
            self.writes[-1] += (leaf.step, data)
        else:
            self.record(["set", f"{place.path}/{leaf.step}", data])
        self.unseen.append((place, leaf, data))

    def at(self, path: str, start: Place | None = None) -> Place:
        """Return the place that a keypath names, from the root or from `start`.

        Raises:
            Error: there is no such node in the schema, or a key is not a value of its type.
        """
        parsed = parse(path)
        place = self.place if start is None or parsed.is_absolute else start
        for step in parsed.steps:
            if step.name in (".", ".."):
                place = place if step.name == "." else place.parent or place
                continue
            node = place.node.child(step.name)
            if node is None or node.kind in ("choice", "case"):
                raise bad_path(path, f"there is no {step.name} in {place.path}")
            place = place.down(node)
            if step.keys is not None:
                if node.kind not in ("list", "leaf-list"):
                    raise bad_path(path, f"{step.name} is not a list")
                place = place.entry(step.keys)
        return place


def to_tree(branch: Branch, node: SchemaNode) -> dict[str, Any]:
    """Return a tree that is wholly in memory as RFC 7951 writes it."""
    tree: dict[str, Any] = {}
    for child in node.data_children:
        found = branch.find(child)
        content: Any = None
        if isinstance(found, Table):
            content = [to_tree(found.entries[key], child) for key in found.keys()]
        elif isinstance(found, Branch):
            content = to_tree(found, child)
            if not content and not child.is_presence:
                content = None
        elif found is not ABSENT and found is not UNKNOWN:
            content = found
        if content is not None and (content != [] or child.kind == "leaf-list"):
            tree[child.member] = content
    return tree
