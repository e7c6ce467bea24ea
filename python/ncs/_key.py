"""The keys of list entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from _ncs._keytext import key_text
from _ncs._values import Value

from . import _types
from ._branches import Key as TextKey
from ._keypath import parse
from ._place import Place


class Key:
    """The key values of a list entry; `str()` gives them in braces."""

    def __init__(self, key: Any, enum_cs_nodes: Any = None) -> None:
        self._values: list[Value]
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
    return [_types.to_value(_types.from_key(text, leaf.type), leaf.type) for text, leaf in zip(key, leafs)]


def spread(key: Any) -> tuple[Any, ...]:
    """Return the values of a key that is given as one value, a sequence or a `Key`."""
    return tuple(key) if isinstance(key, (tuple, list, Key)) else (key,)
