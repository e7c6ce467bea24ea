"""Values of YANG types: checked, and changed between their forms.

A value has three forms. *Data* is how RFC 7951 writes it in JSON; that is what trees, writes and this module's callers
keep. *Text* is its canonical text, as keys in keypaths show it. *Python* is what packages see.
"""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Callable, Optional

from _ncs._tables import NCS as _C
from _ncs._values import Value
from _ncs.error import Error

from ._pyvalues import Bits, Empty, Enum

Type = dict[str, Any]
Data = Any

_INTEGERS = {
    "int8": (-(2**7), 2**7 - 1, "C_INT8"),
    "int16": (-(2**15), 2**15 - 1, "C_INT16"),
    "int32": (-(2**31), 2**31 - 1, "C_INT32"),
    "int64": (-(2**63), 2**63 - 1, "C_INT64"),
    "uint8": (0, 2**8 - 1, "C_UINT8"),
    "uint16": (0, 2**16 - 1, "C_UINT16"),
    "uint32": (0, 2**32 - 1, "C_UINT32"),
    "uint64": (0, 2**64 - 1, "C_UINT64"),
}
_AS_STRING = frozenset({"int64", "uint64"})
_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_BLANKS = re.compile(r"[ \t\r\n]+")
_HALF = re.compile("[\ud800-\udfff]")


class BadValue(Exception):
    """A value that its type does not allow; the text says why, without the path."""


def resolved(type_: Type) -> Type:
    """Return the type that decides: a leafref's target type, else the type itself."""
    while type_["b"] == "leafref":
        type_ = type_["t"]
    return type_


# Checking: text to data


def parse(text: str, type_: Type) -> Data:
    """Return the data that `text` stands for.

    Raises:
        BadValue: the type does not allow it.
    """
    type_ = resolved(type_)
    base = type_["b"]
    if base in _INTEGERS:
        return _parse_integer(text, base, type_)
    return _PARSERS[base](text, type_)


def from_key(text: str, type_: Type) -> Data:
    """Return the data that the canonical text of a key stands for; it was checked when it became one."""
    base = type_["b"]
    if base == "string" or base in _AS_STRING:
        return text
    return int(text) if base in _INTEGERS else parse(text, type_)


def _parse_integer(text: str, base: str, type_: Type) -> Data:
    low, high, _ = _INTEGERS[base]
    if not _INTEGER.fullmatch(text) or not text.isascii():
        raise BadValue(f"{quoted(text)} is not an integer ({base})")
    number = _integer(text)
    if not low <= number <= high:
        raise BadValue(f"{number} is out of range: {base} is {low}..{high}")
    if "r" in type_:
        _check_ranges(number, type_["r"], int, "range", str(number))
    return str(number) if base in _AS_STRING else number


def _integer(text: str) -> int:
    """Return the number, or one that is out of every range too: Python refuses to read thousands of digits."""
    sign = "-" if text.startswith("-") else ""
    return int(sign + (text.lstrip("+-0")[:40] or "0"))


def _parse_decimal(text: str, type_: Type) -> Data:
    if not _DECIMAL.fullmatch(text) or not text.isascii():
        raise BadValue(f"{quoted(text)} is not a decimal number")
    canonical = decimal_text(text)
    digits = type_.get("fd", 18)
    whole, _, fraction = canonical.partition(".")
    if len(fraction) > digits and fraction != "0":
        raise BadValue(f"{quoted(text)} has more than {digits} fraction digits")
    if not -(2**63) <= _integer(whole + fraction.ljust(digits, "0")) < 2**63:
        raise BadValue(f"{quoted(text)} is out of range: decimal64 with {digits} fraction digits")
    _check_ranges(Decimal(canonical), type_.get("r"), Decimal, "range", canonical)
    return canonical


def decimal_text(text: str) -> str:
    """Return the canonical text of a decimal number: no superfluous zeros, at least one digit on both sides."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadValue(f"{quoted(text)} is not a decimal number") from None
    whole, _, fraction = f"{number:f}".partition(".")
    fraction = fraction.rstrip("0") or "0"
    sign = "-" if whole.startswith("-") and Decimal(text) != 0 else ""
    return f"{sign}{whole.lstrip('-')}.{fraction}"


def _check_ranges(number: Any, ranges: Any, convert: Callable[[Any], Any], what: str, shown: str) -> None:
    if ranges and not any(convert(low) <= number <= convert(high) for low, high in ranges):
        allowed = " | ".join(str(low) if low == high else f"{low}..{high}" for low, high in ranges)
        raise BadValue(f"{shown} is out of {what} {allowed}")


def _parse_string(text: str, type_: Type) -> Data:
    if not text.isascii() and _HALF.search(text):
        raise BadValue(f"{ascii(text)[:80]} has half a character in it")
    if "len" in type_:
        _check_ranges(len(text), type_["len"], int, "length", f"{quoted(text)}, {len(text)} characters long,")
    for pattern in type_.get("pat", ()):
        if not _pattern(pattern).fullmatch(text):
            raise BadValue(f"{quoted(text)} does not match {pattern}")
    for pattern in type_.get("npat", ()):
        if _pattern(pattern).fullmatch(text):
            raise BadValue(f"{quoted(text)} must not match {pattern}")
    return text


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern:
    return re.compile(text)


def _parse_boolean(text: str, _type: Type) -> Data:
    if text not in ("true", "false"):
        raise BadValue(f"{quoted(text)} is not true or false")
    return text == "true"


def _parse_enumeration(text: str, type_: Type) -> Data:
    if any(label == text for label, _ in type_["e"]):
        return text
    raise BadValue(f"{quoted(text)} is not one of {', '.join(label for label, _ in type_['e'])}")


def _parse_bits(text: str, type_: Type) -> Data:
    names = [name for name in _BLANKS.split(text) if name]
    known = [name for name, _ in sorted(type_["e"], key=lambda bit: bit[1])]
    for name in names:
        if name not in known:
            raise BadValue(f"{quoted(name)} is not one of the bits {', '.join(known)}")
    if len(set(names)) != len(names):
        raise BadValue(f"{quoted(text)} names a bit twice")
    return " ".join(name for name in known if name in names)


def _parse_binary(text: str, type_: Type) -> Data:
    try:
        content = base64.b64decode(_BLANKS.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        raise BadValue(f"{quoted(text)} is not base64") from None
    _check_ranges(len(content), type_.get("len"), int, "length", f"binary of {len(content)} bytes")
    return base64.b64encode(content).decode()


def _parse_empty(text: str, _type: Type) -> Data:
    if text:
        raise BadValue(f"{quoted(text)} is not empty")
    return [None]


def _parse_identity(text: str, type_: Type) -> Data:
    label, colon, name = text.rpartition(":")
    found = [i for i in type_["i"] if i[2] == name and (not colon or label in (i[0], i[1]))]
    # A module's name wins over an equal prefix.
    found = [i for i in found if i[0] == label] or found
    if not found:
        known = ", ".join(f"{prefix}:{identity}" for _, prefix, identity in type_["i"][:20])
        raise BadValue(f"{quoted(text)} is not one of the identities {known}")
    if len({i[0] for i in found}) > 1:
        choices = ", ".join(f"{prefix}:{identity}" for _, prefix, identity in found)
        raise BadValue(f"{quoted(text)} may be any of {choices}")
    return f"{found[0][0]}:{name}"


_NAME = r"[A-Za-z_][\w.\-]*"
_STEP = re.compile(rf"/(?:{_NAME}:)?{_NAME}", re.ASCII)
_PREDICATE = re.compile(
    rf"""\[\s*(?:([1-9]\d*)|((?:{_NAME}:)?{_NAME}|\.)\s*=\s*("[^"]*"|'[^']*'))\s*\]""", re.ASCII
)


def _parse_instance(text: str, _type: Type) -> Data:
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if not match:
            break
        parts.append(match.group())
        position = match.end()
        while match:
            match = _PREDICATE.match(text, position)
            if match:
                parts.append(_canonical_predicate(*match.groups()))
                position = match.end()
    if not parts or position < len(text):
        raise BadValue(f"{quoted(text)} is not an instance-identifier: it goes wrong at column {position + 1}")
    return "".join(parts)


def _canonical_predicate(number: Optional[str], name: str, literal: str) -> str:
    if number:
        return f"[{number}]"
    return f"[{name}={literal}]" if "'" in literal[1:-1] else f"[{name}='{literal[1:-1]}']"


def _parse_union(text: str, type_: Type) -> Data:
    reasons = []
    for place, member in enumerate(type_["u"]):
        try:
            data = parse(text, member)
        except BadValue as refusal:
            reasons.append(str(refusal))
            continue
        try:
            # An earlier member may take the canonical text: the value is then what its text will be read as.
            return _parse_union(text_of(data, member), {"b": "union", "u": type_["u"][:place]})
        except BadValue:
            return data
    raise BadValue(f"{quoted(text)} fits no member of the union: {'; '.join(reasons)}")


_PARSERS: dict[str, Callable[[str, Type], Data]] = {
    "string": _parse_string,
    "boolean": _parse_boolean,
    "enumeration": _parse_enumeration,
    "bits": _parse_bits,
    "binary": _parse_binary,
    "decimal64": _parse_decimal,
    "empty": _parse_empty,
    "identityref": _parse_identity,
    "instance-identifier": _parse_instance,
    "union": _parse_union,
}


def quoted(text: str) -> str:
    """Return text for an error message: in quotes, and not too long."""
    return f'"{text}"' if len(text) <= 80 else f'"{text[:77]}..."'


# Checking: Python to data


def from_python(value: Any, type_: Type) -> Data:
    """Return the data that a Python value stands for: its text, unless the type knows better.

    Raises:
        BadValue: the type does not allow it.
    """
    if type(value) is str:
        return parse(value, type_)
    type_ = resolved(type_)
    base = type_["b"]
    if base == "union" and not isinstance(value, (str, Value)):
        return _union_from_python(value, type_)
    if isinstance(value, bool) and base == "boolean":
        return value
    if base == "binary" and isinstance(value, (bytes, bytearray)):
        return _parse_binary(base64.b64encode(value).decode(), type_)
    if base == "enumeration" and isinstance(value, int) and not isinstance(value, bool):
        for label, number in type_["e"]:
            if number == value:
                return label
        raise BadValue(f"{value} is not the number of an enum")
    if base == "bits" and isinstance(value, (bytes, bytearray, Bits)):
        return _bits_from_bytes(value.bytearray() if isinstance(value, Bits) else value, type_)
    if base == "empty" and isinstance(value, bool):
        raise BadValue(f"{value} is not a value of an empty leaf; use create() and delete()")
    if base == "decimal64" and isinstance(value, (float, Decimal)):
        return _parse_decimal(f"{Decimal(str(value)):f}", type_)
    return parse(str(value), type_)


def taker_of(type_: Type) -> Callable[[Any], Data]:
    """Return what does for values of this type what `from_python` does, and most of them need less."""
    type_ = resolved(type_)
    base = type_["b"]
    if base in _INTEGERS and base not in _AS_STRING and "r" not in type_:
        low, high, _ = _INTEGERS[base]
        return lambda value: value if type(value) is int and low <= value <= high else from_python(value, type_)
    if type_ == {"b": "string"}:
        return lambda value: value if type(value) is str and value.isascii() else from_python(value, type_)
    return lambda value: from_python(value, type_)


def _bits_from_bytes(value: bytes, type_: Type) -> Data:
    names = dict((position, name) for name, position in type_["e"])
    positions = [8 * index + bit for index, byte in enumerate(value) for bit in range(8) if byte >> bit & 1]
    unknown = [position for position in positions if position not in names]
    if unknown:
        raise BadValue(f"no bit has the position {unknown[0]}")
    return " ".join(names[position] for position in positions)


def _union_from_python(value: Any, type_: Type) -> Data:
    reasons = []
    for member in type_["u"]:
        try:
            return from_python(value, member)
        except BadValue as refusal:
            reasons.append(str(refusal))
    raise BadValue(f"{quoted(str(value))} fits no member of the union: {'; '.join(reasons)}")


# Reading


def member_of(data: Data, type_: Type) -> Type:
    """Return the type that decides for this value: of a union, the first member that allows it."""
    type_ = resolved(type_)
    while type_["b"] == "union":
        fitting: Optional[Type] = next((m for m in type_["u"] if _fits(data, m)), None)
        if fitting is None:
            return {"b": "string"}
        type_ = resolved(fitting)
    return type_


def _fits(data: Data, type_: Type) -> bool:
    base = resolved(type_)["b"]
    if base == "union":
        return any(_fits(data, member) for member in resolved(type_)["u"])
    expected: type = str
    if base in _INTEGERS and base not in _AS_STRING:
        expected = int
    elif base in ("boolean", "empty"):
        expected = bool if base == "boolean" else list
    if type(data) is not expected:
        return False
    try:
        parse(text_of(data, type_), type_)
    except BadValue:
        return False
    return True


def text_of(data: Data, type_: Type) -> str:
    """Return the canonical text of a value."""
    if type(data) is int:
        return str(data)
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, list):
        return ""
    member = member_of(data, type_) if type_["b"] in ("union", "leafref", "identityref") else type_
    if member["b"] == "identityref":
        return _prefixed(str(data), member)
    return str(data)


def _prefixed(data: str, type_: Type) -> str:
    label, _, name = data.rpartition(":")
    for module, prefix, identity in type_["i"]:
        if identity == name and label in (module, ""):
            return f"{prefix}:{name}"
    return data


def to_python(data: Data, type_: Type) -> Any:
    """Return what a package sees of a value."""
    return reader_of(type_)(data)


def reader_of(type_: Type) -> Callable[[Data], Any]:
    """Return what makes a value of this type what a package sees."""
    type_ = resolved(type_)
    base = type_["b"]
    if base in _INTEGERS:
        return int
    if base == "enumeration":
        numbers = dict(map(tuple, type_["e"]))
        return lambda data: Enum(data, numbers.get(data, -1))
    if base == "bits":
        return lambda data: Bits.of(data, type_["e"])
    if base == "union":
        return lambda data: to_python(data, member_of(data, type_))
    return _READERS.get(base) or (lambda data: text_of(data, type_))


def _read_text(data: Data) -> str:
    return data if type(data) is str else text_of(data, {"b": "string"})


_READERS: dict[str, Callable[[Data], Any]] = {
    "binary": base64.b64decode,
    "boolean": lambda data: data,
    "decimal64": _read_text,
    "empty": lambda data: Empty(),
    "string": _read_text,
}


_CODES = {
    "boolean": "C_BOOL", "enumeration": "C_ENUM_VALUE", "identityref": "C_IDENTITYREF", "binary": "C_BINARY",
    "empty": "C_EMPTY", "decimal64": "C_DECIMAL64", "instance-identifier": "C_OBJECTREF", "bits": "C_BITBIG",
    **{base: code for base, (_, _, code) in _INTEGERS.items()},
}  # fmt: skip


def to_value(data: Data, type_: Type) -> Value:
    """Return a value as the low-level API shows it."""
    type_ = member_of(data, type_)
    content = to_python(data, type_)
    if isinstance(content, Bits):
        content = bytes(content.bytearray())
    code = _CODES.get(type_["b"], "C_BUF")
    return Value.of(content, _C[code], text_of(data, type_))


#: The order of values of different kinds, which a union may hold; the host's lists have the same.
_RANKS = {
    **dict.fromkeys(("int8", "int16", "int32", "uint8", "uint16", "uint32"), 0),
    "int64": 1, "uint64": 2, "decimal64": 3, "string": 4, "boolean": 5, "empty": 6, "binary": 7, "enumeration": 8,
    "bits": 9, "identityref": 10, "instance-identifier": 11,
}  # fmt: skip


def sort_key(text: str, type_: Type) -> tuple[int, Any]:
    """Return what orders list entries by one key: numbers by size, labels by their numbers, the rest by text."""
    data = parse(text, type_)
    member = member_of(data, type_)
    base = member["b"]
    order: Any = text
    if base in _INTEGERS:
        order = int(data)
    elif base == "decimal64":
        order = Decimal(data)
    elif base == "enumeration":
        order = (dict(map(tuple, member["e"]))[data], data)
    elif base == "bits":
        numbers = dict(map(tuple, member["e"]))
        order = sorted(numbers[name] for name in data.split())
    elif base == "identityref":
        order = data.split(":")
    elif base == "binary":
        order = base64.b64decode(data)
    return _RANKS[base], order


def bad_type(path: str, refusal: BadValue) -> Error:
    """Return the error that a package gets for a refused value."""
    return Error(f"{path}: {refusal}", _C["ERR_BADTYPE"])
