"""Values that Python has no type for: enums, bits and empty."""

from __future__ import annotations

from typing import Any

from _ncs._values import Value


class Empty:
    """The value of type empty, as it stands in unions and list keys."""

    def __str__(self) -> str:
        return ""

    def __repr__(self) -> str:
        return "Empty()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Empty)

    def __hash__(self) -> int:
        return 0


class Enum:
    """One value of an enumeration: its label in `string`, its number in `value`."""

    __slots__ = ("string", "value")

    def __init__(self, string: str, value: int) -> None:
        self.string = string
        self.value = value

    def __str__(self) -> str:
        return self.string

    def __repr__(self) -> str:
        return self.string

    def __int__(self) -> int:
        return self.value

    def _number(self, other: Any) -> Any:
        if isinstance(other, Enum):
            return other.value
        return int(other) if isinstance(other, Value) else other

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.string == other
        if isinstance(other, Value):
            return other == self.string or other == self.value
        if isinstance(other, (int, float, Enum)):
            return self.value == self._number(other)
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        return self.value < self._number(other)

    def __le__(self, other: Any) -> bool:
        return self.value <= self._number(other)

    def __gt__(self, other: Any) -> bool:
        return self.value > self._number(other)

    def __ge__(self, other: Any) -> bool:
        return self.value >= self._number(other)

    def __hash__(self) -> int:
        return hash(self.string)


class Bits:
    """A set of bits by position; `str()` gives their names, if the names are known."""

    def __init__(self, value: Any, cs_node: Any = None) -> None:
        if isinstance(value, Value):
            value = value.as_pyval()
        self._bytes = bytearray(value)
        self._names: list[tuple[str, int]] = [] if cs_node is None else cs_node.bit_positions()

    @classmethod
    def of(cls, names: str, positions: list) -> Bits:
        """Return the bits that a value of the schema type names."""
        bits = cls(b"")
        bits._names = [(name, position) for name, position in positions]
        by_name = dict(bits._names)
        for name in names.split():
            bits.set_bit(by_name[name])
        return bits

    def bytearray(self) -> bytearray:
        """Return the bits as bytes, the lowest first."""
        return bytearray(self._bytes)

    def is_bit_set(self, position: int) -> bool:
        """Return whether the bit at `position` is set."""
        byte = position // 8
        return byte < len(self._bytes) and bool(self._bytes[byte] >> position % 8 & 1)

    def set_bit(self, position: int) -> None:
        """Set the bit at `position`."""
        byte = position // 8
        self._bytes.extend(bytes(max(0, byte + 1 - len(self._bytes))))
        self._bytes[byte] |= 1 << position % 8

    def clr_bit(self, position: int) -> None:
        """Clear the bit at `position`."""
        if self.is_bit_set(position):
            self._bytes[position // 8] &= ~(1 << position % 8)

    def __str__(self) -> str:
        if not self._names and any(self._bytes):
            return repr(self)
        return " ".join(name for name, position in self._names if self.is_bit_set(position))

    def __repr__(self) -> str:
        return f"Bits({bytes(self._bytes)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return str(self) == other
        if isinstance(other, Bits):
            other = other._bytes
        if isinstance(other, (bytes, bytearray)):
            return self._bytes.rstrip(b"\0") == bytearray(other).rstrip(b"\0")
        return NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self._bytes).rstrip(b"\0"))
