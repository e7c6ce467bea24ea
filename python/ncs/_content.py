"""What is at a place in the data, and giving leafs their values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from _ncs._tables import NCS as _C
from _ncs.error import Error

from . import _types
from ._branches import ABSENT
from ._place import Place
from ._schema import SchemaNode


class MaagicError(Exception):
    """A node was used in a way that its kind does not have."""


def has_content(place: Place) -> bool:
    """Return whether there is data at a place; a plain container needs some in it."""
    node = place.node
    if node.kind == "container" and not node.is_presence:
        return any(has_content(place.down(child)) for child in node.data_children)
    if node.kind in ("action", "rpc"):
        return False
    return place.exists()


def selected_case(place: Place, choice: SchemaNode) -> Optional[SchemaNode]:
    """Return the case of a choice that has something in the data at `place`."""
    for case in choice.children:
        members = case.data_children if case.kind in ("case", "choice") else [case]
        if any(has_content(place.down(member)) for member in members):
            return case
    return None


def leaf_content(place: Place, node: SchemaNode) -> Any:
    """Return the data of a leaf below a place, or its default, or `ABSENT`."""
    key = place.key_at(node)
    if key is not None:
        return _types.from_key(key, node.type)
    data = place.leaf(node)
    if data is not ABSENT or not node.defaults:
        return data
    default = default_of(place.down(node))
    return default[0] if default else ABSENT


def leaf_value(place: Place, node: SchemaNode) -> Any:
    """Return what a package sees of a leaf below a place, or `None`."""
    data = leaf_content(place, node)
    return None if data is ABSENT else shown(node, data)


def shown(node: SchemaNode, data: Any) -> Any:
    """Return what a package sees of a leaf's data."""
    reader = node.reader
    if reader is None:
        reader = node.reader = _types.reader_of(node.type)
    return reader(data)


def default_of(place: Place) -> list[Any]:
    """Return the data of a leaf's defaults, if they are in force: what holds it exists and its cases are selected."""
    node = place.node
    if not node.defaults:
        return []
    at = place
    while at.parent is not None:
        if not _is_selected(at, at.parent):
            return []
        at = at.parent
        if at.node.has_existence:
            break
    return [] if at.branch() is None else [_types.parse(text, node.type) for text in node.defaults]


def _is_selected(place: Place, parent: Place) -> bool:
    member = place.node
    while member.parent is not None and member.parent.kind in ("choice", "case"):
        if member.parent.kind == "choice":
            case = selected_case(parent, member.parent)
            chosen = member.parent.fields.get("defcase") if case is None else case.name
            if chosen != member.name:
                return False
        member = member.parent
    return True


def checked(place: Place, node: SchemaNode, value: Any) -> Any:
    """Return the data that a Python value stands for at a leaf or leaf-list below a place.

    Raises:
        Error: the type does not allow the value.
    """
    if value is None:
        raise Error(f"{place.down(node).path}: None is not a value; `del` removes a leaf", _C["ERR_BADTYPE"])
    try:
        return node.take(value)
    except _types.BadValue as refusal:
        raise _types.bad_type(place.down(node).path, refusal) from None


def assign(place: Place, node: SchemaNode, value: Any) -> None:
    """Give a leaf or leaf-list below a place a Python value.

    Raises:
        Error: the type does not allow the value.
    """
    if node.kind == "leaf-list":
        assign_all(place, node, value)
        return
    if node.kind not in ("leaf", "anydata", "anyxml"):
        raise MaagicError(f"{place.down(node).path} is a {node.kind}; only leafs and leaf-lists can be assigned to")
    data = checked(place, node, value)
    key = place.key_at(node)
    if key is None:
        place.set_leaf(node, data)
    elif key != _types.text_of(data, node.type):
        raise Error(f"{place.down(node).path}: a key cannot be changed", _C["ERR_NOT_WRITABLE"])


def assign_all(place: Place, node: SchemaNode, values: Any) -> None:
    """Give a leaf-list below a place all its values.

    Raises:
        Error: there is no list of values, the type does not allow one of them, or it stands in it twice.
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise Error(f"{place.down(node).path}: a leaf-list takes a list of values, not {values!r}", _C["ERR_BADTYPE"])
    data = [checked(place, node, value) for value in values]
    if not data:
        place.down(node).delete()
        return
    for index, item in enumerate(data):
        if item in data[:index] and node.is_config:
            raise Error(f"{place.down(node).path}: {item!r} is given twice", _C["ERR_NON_UNIQUE"])
    place.set_leaf(node, data)
