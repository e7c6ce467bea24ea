"""Nodes of the data tree as packages see them: what all have in common, and containers.

A node is a place in a `View` with Python's operators on it; it holds no data of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._content import assign, leaf_value, selected_case
from ._place import Place
from ._schema import SchemaNode, python_name
from ._schema_access import CsNode
from ._view import View

if TYPE_CHECKING:
    from .maapi import Maapi, Transaction


class BackendError(Exception):
    """A node has no transaction or session behind it."""


class _Backend:
    """What stands behind a node: its view, and how operations leave it."""

    def __init__(self, view: View, maapi: Optional[Maapi] = None, trans: Optional[Transaction] = None) -> None:
        self.view = view
        self.maapi = maapi
        self.trans = trans
        self.shared = False


class _TransactionBackend(_Backend):
    """A transaction stands behind the node."""


class _MaapiBackend(_Backend):
    """Only a session stands behind the node: it can call actions and has no data."""


class _MemoryBackend(_Backend):
    """Nothing but memory stands behind the node."""


Maker = Callable[[_Backend, Place], "Node"]

#: What makes a node, by kind; each module of nodes adds its own.
MAKERS: dict[str, Maker] = {}


def make_node(backend: _Backend, place: Place) -> Node:
    """Return the node at a place."""
    return MAKERS[place.node.kind](backend, place)


def content_of(backend: _Backend, place: Place) -> Any:
    """Return what an attribute of this name shows: a leaf's value, a choice's case, else the node."""
    return make_node(backend, place)._show()


class Node:
    """Base of all nodes; children appear as attributes and as items."""

    __slots__ = ("_backend", "_place")

    _backend: _Backend
    _place: Place

    def __init__(self, backend: _Backend, place: Place) -> None:
        object.__setattr__(self, "_backend", backend)
        object.__setattr__(self, "_place", place)

    @property
    def _schema(self) -> SchemaNode:
        return self._place.node

    @property
    def _name(self) -> str:
        return self._place.node.name

    @property
    def _path(self) -> str:
        return self._place.shown_path

    @property
    def _cs_node(self) -> Optional[CsNode]:
        return None if self._schema.kind == "root" else CsNode(self._schema)

    @property
    def _parent(self) -> Optional[Node]:
        place = self._place
        if place.key is not None:
            return make_node(self._backend, Place(place.view, place.parent, place.node, None))
        return None if place.parent is None else make_node(self._backend, place.parent)

    def _show(self) -> Any:
        return self

    def __repr__(self) -> str:
        return self._path


class Container(Node):
    """A container, or whatever else has named children."""

    __slots__ = ()

    def _child(self, name: str, error: type[LookupError] | type[AttributeError]) -> SchemaNode:
        child = self._place.node.names.get(name)
        if child is None:
            raise error(f"{self._path} has no child {name!r}")
        return child

    def _get_node(self, name: str) -> Node:
        """Return the child as a node, also where an attribute would show its value."""
        return make_node(self._backend, self._place.down(self._child(name, AttributeError)))

    def _content(self, child: SchemaNode) -> Any:
        if child.has_value:
            # What the leaf would show, without a node and a place for it.
            return leaf_value(self._place, child)
        return content_of(self._backend, self._place.down(child))

    def __getattr__(self, name: str) -> Any:
        return self._content(self._child(name, AttributeError))

    def __getitem__(self, name: Any) -> Any:
        return self._content(self._child(str(name), KeyError))

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        assign(self._place, self._child(name, AttributeError), value)

    def __setitem__(self, name: str, value: Any) -> None:
        assign(self._place, self._child(name, KeyError), value)

    def __delattr__(self, name: str) -> None:
        self._place.down(self._child(name, AttributeError)).delete()

    def __delitem__(self, name: str) -> None:
        self._place.down(self._child(name, KeyError)).delete()

    def __iter__(self) -> Iterator[str]:
        for child in self._schema.data_children:
            yield f"{child.prefix}:{child.name}"

    def __contains__(self, name: object) -> bool:
        return str(name) in self._place.node.names

    def __dir__(self) -> list[str]:
        schema = self._schema
        names = []
        for child in [*schema.data_children, *schema.choices()]:
            short = python_name(child.name)
            is_first = schema.names.get(short) is child
            names.append(short if is_first else f"{python_name(child.prefix)}__{short}")
        return [*(name for name in object.__dir__(self) if name.startswith("_")), *names]

    def delete(self) -> None:
        """Delete all that is in this container, or this entry."""
        self._place.delete()


class Root(Container):
    """The root, with the top-level nodes of every module."""

    __slots__ = ()


class PresenceContainer(Container):
    """A container that exists or not; false in a test when it does not."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return self.exists()

    def exists(self) -> bool:
        """Return whether the container exists."""
        return self._place.exists()

    def create(self) -> PresenceContainer:
        """Create the container and return it."""
        self._place.create()
        return self


class ListElement(Container):
    """An entry of a list."""

    __slots__ = ()


class Case(Container):
    """The case of a choice that the data selects; equals its name."""

    __slots__ = ("_case",)

    _case: SchemaNode

    def __init__(self, backend: _Backend, place: Place, case: SchemaNode) -> None:
        super().__init__(backend, place)
        object.__setattr__(self, "_case", case)

    @property
    def _name(self) -> str:
        return self._case.name

    def __str__(self) -> str:
        return self._case.name

    def __repr__(self) -> str:
        return self._case.name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Case):
            return self._case is other._case
        if isinstance(other, str):
            return other in (self._case.name, f"{self._case.prefix}:{self._case.name}")
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._case.name)


class Choice(Node):
    """A choice; what it is set to is a `Case`."""

    __slots__ = ("_choice",)

    _choice: SchemaNode

    def __init__(self, backend: _Backend, place: Place) -> None:
        # A choice has no place in the data: its members stand in its parent.
        super().__init__(backend, place.parent or place)
        object.__setattr__(self, "_choice", place.node)

    @property
    def _name(self) -> str:
        return self._choice.name

    def get_value(self) -> Optional[Case]:
        """Return the selected case, or `None`."""
        case = selected_case(self._place, self._choice)
        return None if case is None else Case(self._backend, self._place, case)

    def _show(self) -> Any:
        return self.get_value()


def _make_container(backend: _Backend, place: Place) -> Node:
    return (PresenceContainer if place.node.is_presence else Container)(backend, place)


MAKERS.update(root=Root, container=_make_container, choice=Choice)
