"""Lists, their keys and their iterators."""

from __future__ import annotations

from typing import Any, Optional

from _ncs._keytext import key_text
from _ncs._tables import MAAPI as _M
from _ncs._unsupported import refuse

from ._branches import Key as TextKey
from ._key import Key, key_values, spread
from ._nodes import MAKERS, Container, ListElement, Node, _Backend, _MaapiBackend
from ._place import Place

#: What the numbers of `maapi.MOVE_*` mean.
WHERE = {_M["MOVE_FIRST"]: "first", _M["MOVE_BEFORE"]: "before", _M["MOVE_AFTER"]: "after", _M["MOVE_LAST"]: "last"}


class ListIterator:
    """Yields the entries of a list."""

    def __init__(self, lst: List, secondary_index: Optional[str] = None, xpath_expr: Optional[str] = None) -> None:
        refuse_filters(xpath_expr, secondary_index)
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


def refuse_filters(xpath_expr: Optional[str], secondary_index: Optional[str]) -> None:
    """Raise if somebody wants only some of the entries, or all in another order."""
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
        return self._place.entry_of(self._place.key_from_python(spread(key)))

    def __getitem__(self, key: Any) -> ListElement:
        place = self._entry_place(key)
        if not isinstance(self._backend, _MaapiBackend) and not place.exists():
            raise KeyError(f"{key_text(place.key or ())} not in {self._path}")
        return ListElement(self._backend, place)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, Container):
            own = key._place.key
            return own is not None and self._place.entry_of(own).path == key._path and key._place.exists()
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
        if not keys and not self._schema.key_names:
            table = self._place.parent.table_sketch(self._schema) if self._place.parent else None
            place = self._place.entry_of(table.next_key() if table else ())
        else:
            if len(keys) == 1:
                keys = spread(keys[0])
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
        refuse_filters(xpath_expr, secondary_index)
        return [Key(key_values(self._place, key)) for key in self._place.entries()]

    def filter(self, xpath_expr: Optional[str] = None, secondary_index: Optional[str] = None) -> ListIterator:
        """Return an iterator over the entries that an expression selects."""
        return ListIterator(self, secondary_index, xpath_expr)

    def move(self, key: Any, where: int, to: Any = None) -> None:
        """Move an entry of a list that is ordered by user: `where` is one of `maapi.MOVE_*`."""
        other = None if to is None else self._entry_place(to)
        self._entry_place(key).move(WHERE[where], other)


def _make_list(backend: _Backend, place: Place) -> Node:
    return (List if place.key is None else ListElement)(backend, place)


MAKERS["list"] = _make_list
