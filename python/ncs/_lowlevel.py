"""What the low-level API does with a transaction's data by keypath."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Callable, Optional

from _ncs._tables import MAAPI as _M
from _ncs._tables import NCS as _C
from _ncs._values import HKeypathRef, TagValue, Value, XmlTag
from _ncs.error import Error

from . import _types
from ._branches import ABSENT
from ._content import assign, assign_all, has_content, leaf_content, selected_case
from ._key import Key, key_values, spread
from ._keypath import bad_path, text_of
from ._list_nodes import WHERE, refuse_filters
from ._nodes import Node
from ._place import Place
from ._schema import SchemaNode
from ._view import View

_BEGIN, _END = _C["C_XMLBEGIN"], _C["C_XMLEND"]


class Cursor:
    """Goes through the keys of a list."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._keys = place.entries()

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> Key:
        return Key(key_values(self._place, next(self._keys)))

    next = __next__

    def delete(self) -> None:
        """Let go of the list."""
        self._keys = iter(())


class LowLevel:
    """The operations of one transaction, relative to a current path that `cd` and `pushd` move."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._path: list[Place] = [view.place]

    def at(self, path: Any) -> Place:
        """Return the place that a path names."""
        return self.view.at(text_of(path), self._path[-1])

    def _leaf(self, path: Any) -> Place:
        place = self.at(path)
        if place.node.kind not in ("leaf", "leaf-list"):
            raise Error(f"{place.shown_path} is a {place.node.kind}, not a leaf", _C["ERR_BADTYPE"])
        return place

    # The current path

    def cd(self, path: Any) -> None:
        """Make `path` the current one."""
        self._path[-1] = self.at(path)

    def pushd(self, path: Any) -> None:
        """Make `path` the current one until `popd`."""
        self._path.append(self.at(path))

    def popd(self) -> None:
        """Go back to where `pushd` was called."""
        if len(self._path) == 1:
            raise Error("popd without pushd", _C["ERR_NOSTACK"])
        self._path.pop()

    def getcwd(self) -> str:
        """Return the current path."""
        return self._path[-1].shown_path

    def getcwd_kpath(self) -> HKeypathRef:
        """Return the current path as a keypath object."""
        return self._path[-1].keypath()

    # Reading

    def exists(self, path: Any) -> bool:
        """Return whether there is something at `path`."""
        place = self.at(path)
        return place.exists() if place.parent else True

    def get_elem(self, path: Any) -> Value:
        """Return the value of a leaf.

        Raises:
            Error: there is none.
        """
        place = self._leaf(path)
        if place.node.kind == "leaf-list":
            data = place.value()
            items = [] if data is ABSENT else [_types.to_value(item, place.node.type) for item in data]
            return Value(items, _C["C_LIST"])
        above = place.outer
        data = leaf_content(above, place.node)
        # A key's value is known from the path, also of an entry that is not there.
        if data is ABSENT or (above.key_at(place.node) is not None and not place.exists()):
            raise Error(place.path, _C["ERR_NOEXISTS"])
        return _types.to_value(data, place.node.type)

    def safe_get_elem(self, path: Any) -> Optional[Value]:
        """Return the value of a leaf, or `None`."""
        return _or_none(self.get_elem, path)

    def num_instances(self, path: Any) -> int:
        """Return how many entries a list has."""
        return sum(1 for _ in self.at(path).entries())

    def get_object(self, n: int, path: Any) -> list[Value]:
        """Return the first `n` values of a container or entry."""
        place = self.at(path)
        if not has_content(place):
            raise Error(place.path, _C["ERR_NOEXISTS"])
        return [value for _, value in self._flat(place)][: n if n > 0 else None]

    def safe_get_object(self, n: int, path: Any) -> Optional[list[Value]]:
        """Return the first `n` values of a container or entry, or `None`."""
        return _or_none(self.get_object, n, path)

    def _flat(self, place: Place) -> Iterator[tuple[SchemaNode, Value]]:
        for child in place.node.data_children:
            below = place.down(child)
            if child.kind in ("leaf", "leaf-list"):
                yield child, self._value_of(below)
            elif child.kind == "container" and has_content(below):
                yield child, Value.of(child.tag, _BEGIN, child.name)
                yield from self._flat(below)
                yield child, Value.of(child.tag, _END, child.name)
            elif child.kind == "container":
                yield child, Value.of(None, _C["C_NOEXISTS"], "")

    def _value_of(self, place: Place) -> Value:
        if place.node.kind == "leaf-list":
            return self.get_elem(place.path)
        data = leaf_content(place.outer, place.node)
        return Value.of(None, _C["C_NOEXISTS"], "") if data is ABSENT else _types.to_value(data, place.node.type)

    def get_values(self, values: Iterable[TagValue], path: Any) -> list[TagValue]:
        """Return `values` with what the leafs that they name below `path` have."""
        place = self.at(path)
        filled = []
        for item in values:
            node = _child_by_tag(place, item.xmltag)
            filled.append(TagValue(item.xmltag, self._value_of(place.down(node))))
        return filled

    def get_case(self, choice: str, path: Any) -> Value:
        """Return the name of a choice's selected case."""
        place = self.at(path)
        node = place.node.child(str(choice))
        if node is None or node.kind != "choice":
            raise bad_path(place.path, f"there is no choice {choice}")
        case = selected_case(place, node)
        if case is None:
            raise Error(place.path, _C["ERR_NOEXISTS"])
        return Value.of(case.tag, _C["C_XMLTAG"], case.name)

    def cursor(
        self,
        path: Any,
        enum_cs_nodes: Any = None,
        want_values: bool = False,
        secondary_index: Optional[str] = None,
        xpath_expr: Optional[str] = None,
    ) -> Cursor:
        """Return a cursor over the keys of a list."""
        refuse_filters(xpath_expr, secondary_index)
        return Cursor(self.at(path))

    # Writing

    def set_elem(self, value: Any, path: Any) -> None:
        """Give a leaf a value."""
        place = self._leaf(path)
        if place.node.kind == "leaf-list":
            assign_all(place.outer, place.node, value.as_list() if isinstance(value, Value) else value)
        elif place.node.is_empty_leaf:
            place.create_leaf()
        else:
            assign(place.outer, place.node, value)

    def set_elem2(self, strval: str, path: Any) -> None:
        """Give a leaf a value by its text."""
        self.set_elem(strval, path)

    def create(self, path: Any) -> None:
        """Create an entry, a presence container, an empty leaf or a value of a leaf-list.

        Raises:
            Error: it exists already.
        """
        place = self.at(path)
        if is_creatable(place) and place.exists():
            raise Error(place.path, _C["ERR_ALREADY_EXISTS"])
        make_present(place)

    def safe_create(self, path: Any) -> None:
        """Create what is not there yet."""
        make_present(self.at(path))

    def delete(self, path: Any) -> None:
        """Delete what is at `path`.

        Raises:
            Error: there is nothing.
        """
        place = self.at(path)
        if not has_content(place):
            raise Error(place.path, _C["ERR_NOEXISTS"])
        make_absent(place)

    def safe_delete(self, path: Any) -> None:
        """Delete what may be at `path`."""
        make_absent(self.at(path))

    def shared_create(self, path: Any, flags: int = 0) -> None:
        """Create what another service may have created too."""
        self.safe_create(path)

    def shared_set_elem(self, value: Any, path: Any, flags: int = 0) -> None:
        """Give a leaf a value that another service may set too."""
        self.set_elem(value, path)

    def shared_set_elem2(self, strval: str, path: Any, flags: int = 0) -> None:
        """Give a leaf a value by its text, which another service may set too."""
        self.set_elem(strval, path)

    def set_values(self, values: Iterable[TagValue], path: Any) -> None:
        """Write a flattened tree below `path`."""
        place = self.at(path)
        if place.node.has_existence and place.node.kind == "list":
            place.create()
        write_flat(place, iter(values))

    def shared_set_values(self, values: Iterable[TagValue], path: Any, flags: int = 0) -> None:
        """Write a flattened tree below `path`, parts of which other services may write too."""
        self.set_values(values, path)

    def move(self, tokey: Any, path: Any) -> None:
        """Rename an entry: the old one goes, its content stands under another key."""
        place = self.at(path)
        target = place.entry_of(place.key_from_python(spread(tokey)))
        if target.exists():
            raise Error(target.path, _C["ERR_ALREADY_EXISTS"])
        copy_place(place, target)
        place.delete()

    def move_ordered(self, where: int, tokey: Any, path: Any) -> None:
        """Put an entry of a list that is ordered by user elsewhere."""
        place = self.at(path)
        other = None
        if where in (_M["MOVE_BEFORE"], _M["MOVE_AFTER"]):
            other = place.entry_of(place.key_from_python(spread(tokey)))
        place.move(WHERE[where], other)

    def copy_tree(self, frompath: Any, topath: Any) -> None:
        """Write what is at one place at another of the same shape."""
        copy_place(self.at(frompath), self.at(topath))

    def shared_copy_tree(self, from_path: Any, to_path: Any, flags: int = 0) -> None:
        """Copy what other services may write too."""
        self.copy_tree(from_path, to_path)


def _or_none(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Error as error:
        if error.confd_errno != _C["ERR_NOEXISTS"]:
            raise
        return None


def is_creatable(place: Place) -> bool:
    """Return whether what is here stands or falls by existing."""
    node = place.node
    if node.kind in ("list", "leaf-list"):
        return place.key is not None
    return node.is_empty_leaf or node.has_existence


def make_present(place: Place) -> None:
    """Create what stands or falls by existing."""
    node = place.node
    if not is_creatable(place):
        raise Error(f"{place.shown_path}: a {node.kind} cannot be created", _C["ERR_NOTCREATABLE"])
    if node.is_empty_leaf:
        place.create_leaf()
    elif node.kind == "leaf-list" and place.key is not None and place.parent is not None:
        place.parent.down(node).add_value(_types.parse(place.key[0], node.type))
    else:
        place.create()


def make_absent(place: Place) -> None:
    """Delete what may be here."""
    if place.node.kind == "leaf-list" and place.key is not None and place.parent is not None:
        place.parent.down(place.node).remove_value(_types.parse(place.key[0], place.node.type))
    else:
        place.delete()


def copy_place(source: Place, target: Place) -> None:
    """Write what is at `source` at `target`."""
    node = source.node
    if node.kind in ("leaf", "leaf-list"):
        data = source.value()
        if data is not ABSENT:
            target.create_leaf() if node.is_empty_leaf else target.set(data)
        return
    if node.kind == "list" and source.key is None:
        for key in source.entries():
            copy_place(source.entry_of(key), target.entry_of(key))
        return
    if node.has_existence:
        if not source.exists():
            return
        target.create()
    keys = node.key_names if node.kind == "list" else []
    for child in node.data_children:
        if child.name not in keys and child.kind not in ("action", "rpc"):
            copy_place(source.down(child), target.down(child))


def _child_by_tag(place: Place, tag: XmlTag) -> SchemaNode:
    for child in place.node.data_children:
        if child.tag.tag == tag.tag and tag.ns in (0, child.tag.ns):
            return child
    raise bad_path(place.shown_path, f"there is no {tag} in it")


def write_flat(place: Place, values: Iterator[TagValue]) -> None:
    """Write a flattened tree below a place."""
    for item in values:
        kind = item.v.confd_type() if item.v is not None else _C["C_NOEXISTS"]
        if kind == _END:
            return
        node = _child_by_tag(place, item.xmltag)
        below = place.down(node)
        if kind == _BEGIN and node.kind == "list":
            keys = [next(values) for _ in node.key_names]
            below = below.entry_of(below.key_from_python(tuple(key.v for key in keys)))
            below.create()
            write_flat(below, values)
        elif kind == _BEGIN:
            if node.is_presence:
                below.create()
            write_flat(below, values)
        elif node.kind == "leaf-list":
            assign_all(place, node, item.v.as_list() if item.v is not None else ())
        elif node.is_empty_leaf:
            below.create_leaf()
        elif node.name not in (place.node.key_names if place.key is not None else ()):
            assign(place, node, item.v)


class FlatTree(Sequence[TagValue]):
    """What is in a node as a flattened tree, made when somebody looks."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @cached_property
    def _items(self) -> list[TagValue]:
        return list(flatten(self._node._place))

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]


def flatten(place: Place) -> Iterator[TagValue]:
    """Yield what is below a place as a flattened tree."""
    for child in place.node.data_children:
        below = place.down(child)
        if child.kind == "list":
            for key in below.entries():
                entry = below.entry_of(key)
                yield TagValue(child.tag, Value.of(child.tag, _BEGIN, child.name))
                yield from flatten(entry)
                yield TagValue(child.tag, Value.of(child.tag, _END, child.name))
        elif child.kind == "container":
            if has_content(below):
                yield TagValue(child.tag, Value.of(child.tag, _BEGIN, child.name))
                yield from flatten(below)
                yield TagValue(child.tag, Value.of(child.tag, _END, child.name))
        elif child.kind == "leaf-list":
            data = below.value()
            if data is not ABSENT:
                yield TagValue(child.tag, Value([_types.to_value(item, child.type) for item in data], _C["C_LIST"]))
        elif child.kind == "leaf":
            data = below.value()
            if data is not ABSENT:
                yield TagValue(child.tag, _types.to_value(data, child.type))
