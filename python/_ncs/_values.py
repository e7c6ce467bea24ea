"""Values, tags and keypaths as the low-level API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import total_ordering
from typing import Any

from . import _tables
from ._hash import name_hash
from ._keytext import key_text
from .error import Error

_C = _tables.NCS
_TYPE_NAMES = {number: name for name, number in _C.items() if name.startswith("C_")}
_NUMBERS = frozenset(range(_C["C_INT8"], _C["C_UINT64"] + 1)) | {_C["C_ENUM_VALUE"]}


class XmlTag:
    """The name of a node, with its namespace; `str()` is the name in YANG."""

    __slots__ = ("_name", "_namespace", "_ns", "_prefix", "_tag")

    def __init__(self, ns: int, tag: int) -> None:
        self._ns: int | None = ns
        self._tag: int | None = tag
        self._name: str | None = None
        self._namespace = ""
        self._prefix = ""

    @classmethod
    def of(cls, name: str, prefix: str, namespace: str) -> XmlTag:
        """Return the tag of a schema node; its numbers are worked out when asked for."""
        tag = cls.__new__(cls)
        tag._ns = tag._tag = None
        tag._name, tag._prefix, tag._namespace = name, prefix, namespace
        return tag

    @property
    def ns(self) -> int:
        """The hash of the namespace."""
        if self._ns is None:
            self._ns = name_hash(self._namespace)
        return self._ns

    @property
    def tag(self) -> int:
        """The hash of the name."""
        if self._tag is None:
            self._tag = name_hash(self._name or "")
        return self._tag

    @property
    def prefix(self) -> str:
        """The prefix of the module, if the tag came from the schema."""
        return self._prefix

    def __str__(self) -> str:
        if self._name is None:
            from . import hash2str

            self._name = hash2str(self.tag) or f"<{self.tag}>"
        return self._name

    def __repr__(self) -> str:
        return f"{self._prefix}:{self}" if self._prefix else str(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, XmlTag):
            return (self.tag, self.ns) == (other.tag, other.ns)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.tag)


@total_ordering
class Value:
    """One value with its type; compares with other values, with text and with numbers."""

    __slots__ = ("_content", "_text", "_type")

    def __init__(self, init: Any, type: int | None = None) -> None:
        self._type = self._guess(init) if type is None else type
        self._content = init
        self._text = self._write(init)

    @classmethod
    def of(cls, content: Any, type_code: int, text: str) -> Value:
        """Return a value that came out of the data, with its canonical text."""
        value = cls.__new__(cls)
        value._content, value._type, value._text = content, type_code, text
        return value

    @staticmethod
    def _guess(init: Any) -> int:
        if isinstance(init, bool):
            return _C["C_BOOL"]
        if isinstance(init, int):
            return _C["C_INT32"] if -(2**31) <= init < 2**31 else _C["C_INT64"]
        return _C["C_DOUBLE"] if isinstance(init, float) else _C["C_BUF"]

    def _write(self, init: Any) -> str:
        if self._type == _C["C_BOOL"]:
            return "true" if init else "false"
        if self._type == _C["C_LIST"]:
            return " ".join(map(str, init))
        if self._type == _C["C_DECIMAL64"] and isinstance(init, tuple):
            number, digits = init
            text = f"{abs(number):0{digits + 1}d}"
            return f"{'-' if number < 0 else ''}{text[:-digits]}.{text[-digits:]}" if digits else str(number)
        if isinstance(init, bytes):
            return init.decode(errors="replace")
        return str(init)

    def as_pyval(self) -> Any:
        """Return the nearest Python value; text where Python has nothing better."""
        if self._type in _NUMBERS:
            return int(self._content)
        if isinstance(self._content, (bool, float, bytes)):
            return self._content
        if self._type == _C["C_LIST"]:
            return [item.as_pyval() if isinstance(item, Value) else item for item in self._content]
        return self._text

    def as_decimal64(self) -> tuple[int, int]:
        """Return a decimal64 as its digits and how many of them are fraction."""
        if self._type != _C["C_DECIMAL64"]:
            raise Error(f"{self._text} is not a decimal64", _C["ERR_BADTYPE"])
        whole, _, fraction = self._text.partition(".")
        return int(whole + fraction), len(fraction)

    def as_list(self) -> list:
        """Return the values of a list value."""
        if self._type != _C["C_LIST"]:
            raise Error(f"{self._text} is not a list", _C["ERR_BADTYPE"])
        return list(self._content)

    def as_xmltag(self) -> XmlTag:
        """Return the tag in a tag value."""
        if self._type not in (_C["C_XMLTAG"], _C["C_XMLBEGIN"], _C["C_XMLEND"]):
            raise Error(f"{self._text} is not a tag", _C["ERR_BADTYPE"])
        return self._content if isinstance(self._content, XmlTag) else XmlTag(*self._content)

    def confd_type(self) -> int:
        """Return the number of the type."""
        return self._type

    def confd_type_str(self) -> str:
        """Return the name of the type, as in `C_BUF`."""
        return _TYPE_NAMES.get(self._type, "C_NOEXISTS")

    def val2str(self, schema_type: Any) -> str:
        """Return the text of the value; `schema_type` names the node or type it belongs to."""
        return self._text

    @classmethod
    def str2val(cls, value: Any, schema_type: Any) -> Value:
        """Return the value that `value` is as text, for the node or type that `schema_type` names."""
        from ncs import _schema_access

        return _schema_access.text_to_value(str(value), schema_type)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text

    def __int__(self) -> int:
        return int(self._content)

    def __float__(self) -> float:
        return float(self._text)

    def __bool__(self) -> bool:
        return bool(self.as_pyval())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self._text == other._text
        if isinstance(other, str):
            return self._text == other
        if isinstance(other, (bool, int, float)):
            return self.as_pyval() == other
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        mine, theirs = self.as_pyval(), other.as_pyval() if isinstance(other, Value) else other
        return mine < theirs

    def __hash__(self) -> int:
        return hash(self._text)


class TagValue:
    """A tag and its value: one item of a flattened tree."""

    __slots__ = ("ns", "tag", "v", "xmltag")

    def __init__(
        self, xmltag: XmlTag | None = None, v: Value | None = None, tag: int | None = None, ns: int | None = None
    ) -> None:
        self.xmltag = xmltag if xmltag is not None else XmlTag(ns or 0, tag or 0)
        self.tag, self.ns, self.v = self.xmltag.tag, self.xmltag.ns, v

    def __repr__(self) -> str:
        return f"[{self.xmltag} {self.v}]"


class HKeypathRef:
    """A keypath as a sequence that starts at its last element.

    An element is the tag of a node or, for a list entry, the tuple of its key values.
    """

    __slots__ = ("_elements",)

    def __init__(self, elements: Iterable[XmlTag | tuple[Value, ...]]) -> None:
        self._elements = tuple(elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator[XmlTag | tuple[Value, ...]]:
        return iter(self._elements)

    def __getitem__(self, index: int | slice) -> Any:
        if not isinstance(index, slice):
            return self._elements[index]
        start, stop, step = index.indices(len(self))
        if step != 1 or stop != len(self) or start >= stop:
            raise IndexError("a slice of a keypath must reach to its end")
        return HKeypathRef(self._elements[start:])

    def dup(self) -> HKeypathRef:
        """Return a copy, which may be kept after the callback."""
        return HKeypathRef(self._elements)

    def dup_len(self, len: int) -> HKeypathRef:
        """Return a copy of the `len` elements nearest to the root."""
        count = self.__len__()
        if not 0 < len <= count:
            raise IndexError(f"a keypath of {count} elements has no {len}")
        return HKeypathRef(self._elements[count - len :])

    def __str__(self) -> str:
        parts: list[str] = []
        prefix = None
        for element in reversed(self._elements):
            if isinstance(element, tuple):
                parts.append(key_text(map(str, element)))
            elif element.prefix != prefix:
                prefix = element.prefix
                parts.append(f"/{prefix}:{element}")
            else:
                parts.append(f"/{element}")
        return "".join(parts) or "/"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, HKeypathRef) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle a keypath; pass str(kp)")
