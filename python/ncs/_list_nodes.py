"""Lists, their keys and their iterators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from _ncs._keytext import key_text
from _ncs._tables import MAAPI as _M
from _ncs._unsupported import refuse
from _ncs._values import Value

from . import _types
from ._branches import Key as TextKey
from ._keypath import parse
from ._nodes import MAKERS, Container, ListElement, Node, _Backend, _MaapiBackend
from ._view import Place

_WHERE = {_M["MOVE_FIRST"]: "first", _M["MOVE_BEFORE"]: "before", _M["MOVE_AFTER"]: "after", _M["MOVE_LAST"]: "last"}


class Key:
    """The key values of a list entry; `str()` gives them in braces."""

    def __init__(self, key: Any, enum_cs_nodes: Any = None) -> None:
        if isinstance(key, Key):
            self._values = list(key._values)
        elif isinstance(key, str):
            texts = parse("x" + key).steps[0].keys if key.startswith("{") else (key,)
            self._values = [Value(text) for text in texts or ()]
        elif isinstance(key, (list, tuple)):
            self._values = [item if isinstance(item, Value) else Value(_plain(item)) for item in key]
        else:
            self._values = [key if isinstance(key, Value) else Value(_plain(key))]

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        return self._values[index]

    def __str__(self) -> str:
        return key_text(map(str, self._values))

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (Key, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))


def _plain(item: Any) -> Any:
    return item if isinstance(item, (bool, int, str, float)) else str(item)


def key_values(place: Place, key: TextKey) -> list[Value]:
    """Return the values of an entry's key."""
    leafs = place.node.keys
    return [_types.to_value(_types.parse(text, leaf.type), leaf.type) for text, leaf in zip(key, leafs)]


def _spread(key: Any) -> tuple:
    if isinstance(key, (tuple, list, Key)):
        return tuple(key)
    return (key,)


class ListIterator:
    """Yields the entries of a list."""

    def __init__(self, lst: List, secondary_index: Optional[str] = None, xpath_expr: Optional[str] = None) -> None:
        _refuse_filters(xpath_expr, secondary_index)
        self._list = lst
        self._keys = lst._place.entries()

    def __iter__(self) -> ListIterator:
        return self

    def __next__(self) -> ListElement:
        return self._list._element(next(self._keys))

    next = __next__

    def delete(self) -> None:
        """Let go of the list."""
        self._keys = iter(())


def _refuse_filters(xpath_expr: Optional[str], secondary_index: Optional[str]) -> None:
    if xpath_expr is not None:
        refuse("filtering a list by an XPath expression")
    if secondary_index is not None:
        refuse("iterating a list by a secondary index")


class List(Node):
    """A list: like a dictionary of its entries, except that `create` makes them."""

    __slots__ = ()

    def _element(self, key: TextKey) -> ListElement:
        return ListElement(self._backend, self._place.entry_of(key))

    def _entry_place(self, key: Any) -> Place:
        return self._place.entry_of(self._place.key_from_python(_spread(key)))

    def __getitem__(self, key: Any) -> ListElement:
        place = self._entry_place(key)
        if not isinstance(self._backend, _MaapiBackend) and not place.exists():
            raise KeyError(f"{key_text(place.key or ())} not in {self._path}")
        return ListElement(self._backend, place)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, Container):
            return key._path.startswith(self._path + "{") and key._place.exists()
        return self._entry_place(key).exists()

    def __delitem__(self, key: Any) -> None:
        self._entry_place(key).delete()

    def __iter__(self) -> ListIterator:
        return ListIterator(self)

    def __len__(self) -> int:
        return sum(1 for _ in self._place.entries())

    def __bool__(self) -> bool:
        return self._place.exists()

    def create(self, *keys: Any) -> ListElement:
        """Create the entry with these keys, if it is not there, and return it."""
        if not self._schema.key_names and not keys:
            table = self._place.parent.table_sketch(self._schema) if self._place.parent else None
            place = self._place.entry_of(table.next_key() if table else ())
        else:
            if len(keys) == 1 and isinstance(keys[0], (tuple, list, Key)):
                keys = tuple(keys[0])
            place = self._place.entry_of(self._place.key_from_python(keys))
        place.create()
        return ListElement(self._backend, place)

    def delete(self) -> None:
        """Delete all entries."""
        self._place.delete()

    def exists(self, keys: Any) -> bool:
        """Return whether there is an entry with these keys."""
        return self._entry_place(keys).exists()

    def keys(self, xpath_expr: Optional[str] = None, secondary_index: Optional[str] = None) -> list[Key]:
        """Return the keys of all entries."""
        _refuse_filters(xpath_expr, secondary_index)
        return [Key(key_values(self._place, key)) for key in self._place.entries()]

    def filter(self, xpath_expr: Optional[str] = None, secondary_index: Optional[str] = None) -> ListIterator:
        """Return an iterator over the entries that an expression selects."""
        return ListIterator(self, secondary_index, xpath_expr)

    def move(self, key: Any, where: int, to: Any = None) -> None:
        """Move an entry of a list that is ordered by user: `where` is one of `maapi.MOVE_*`."""
        other = None if to is None else self._entry_place(to)
        self._entry_place(key).move(_WHERE[where], other)


def _make_list(backend: _Backend, place: Place) -> Node:
    return (List if place.key is None else ListElement)(backend, place)


MAKERS["list"] = _make_list
