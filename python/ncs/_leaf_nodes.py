"""Leafs and leaf-lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Optional

from _ncs._values import Value

from . import _types
from ._branches import ABSENT
from ._content import assign, assign_all, checked, default_of, leaf_content, leaf_value
from ._key import Key
from ._nodes import MAKERS, Node, _Backend
from ._place import Place


class Leaf(Node):
    """Base of leafs and leaf-lists."""

    __slots__ = ()

    def delete(self) -> None:
        """Delete the leaf."""
        self._place.delete()


class NonEmptyLeaf(Leaf):
    """A leaf with a value; attributes show the value itself."""

    __slots__ = ()

    def _show(self) -> Any:
        return self.get_value()

    def exists(self) -> bool:
        """Return whether the leaf has a value."""
        return leaf_content(self._place.outer, self._schema) is not ABSENT

    def get_value(self) -> Any:
        """Return the value as the nearest Python type, or `None`."""
        return leaf_value(self._place.outer, self._schema)

    def get_value_object(self) -> Optional[Value]:
        """Return the value as a `Value`, or `None`."""
        data = leaf_content(self._place.outer, self._schema)
        return None if data is ABSENT else _types.to_value(data, self._schema.type)

    def set_value(self, value: Any) -> None:
        """Give the leaf a value."""
        assign(self._place.outer, self._schema, value)


class EmptyLeaf(Leaf):
    """A leaf of type empty: it exists or not."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return self.exists()

    def exists(self) -> bool:
        """Return whether the leaf exists."""
        return leaf_content(self._place.outer, self._schema) is not ABSENT

    def create(self) -> EmptyLeaf:
        """Create the leaf and return it."""
        self._place.create_leaf()
        return self


class LeafListIterator:
    """Yields the values of a leaf-list."""

    def __init__(self, lst: LeafList) -> None:
        self._values = iter(lst.as_list())

    def __iter__(self) -> LeafListIterator:
        return self

    def __next__(self) -> Any:
        return next(self._values)

    next = __next__

    def delete(self) -> None:
        """Let go of the values."""
        self._values = iter(())


class LeafList(Leaf):
    """A leaf-list; true in a test when it has values."""

    __slots__ = ()

    def _data(self) -> list[Any]:
        data = self._place.value()
        return default_of(self._place) if data is ABSENT else data

    def _item(self, key: Any) -> Any:
        is_wrapped = isinstance(key, (tuple, list, Key)) and len(key) == 1
        return checked(self._place.outer, self._schema, key[0] if is_wrapped else key)

    def as_list(self) -> list[Any]:
        """Return the values in a list."""
        return [_types.to_python(data, self._schema.type) for data in self._data()]

    def __iter__(self) -> Iterator[Any]:
        return LeafListIterator(self)

    def __len__(self) -> int:
        return len(self._data())

    def __bool__(self) -> bool:
        return bool(self._data())

    def __getitem__(self, index: Any) -> Any:
        return self.as_list()[index]

    def __contains__(self, value: object) -> bool:
        try:
            return _types.from_python(value, self._schema.type) in self._data()
        except _types.BadValue:
            return False

    def __delitem__(self, key: Any) -> None:
        self.remove(key)

    def __str__(self) -> str:
        return str([str(value) for value in self.as_list()])

    def exists(self) -> bool:
        """Return whether there are values."""
        return bool(self)

    def create(self, key: Any) -> None:
        """Add a value."""
        self._place.add_value(self._item(key))

    def remove(self, key: Any) -> None:
        """Take a value out."""
        self._place.remove_value(self._item(key))

    def set_value(self, value: Iterable[Any]) -> None:
        """Give the leaf-list all its values."""
        assign_all(self._place.outer, self._schema, value)


def _make_leaf(backend: _Backend, place: Place) -> Node:
    return (EmptyLeaf if place.node.is_empty_leaf else NonEmptyLeaf)(backend, place)


MAKERS.update({"leaf": _make_leaf, "anydata": _make_leaf, "anyxml": _make_leaf, "leaf-list": LeafList})
