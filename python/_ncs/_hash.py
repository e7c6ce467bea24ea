"""The published hash of a name: the number that stands for a node name, an enum label or a namespace.

It is Bob Jenkins' second hash, seeded as Erlang's `phash2` seeds it for a binary.
"""

from __future__ import annotations

_WORD = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9
_SEED = 13 * _GOLDEN & _WORD
_RANGE = 0x7FFFFFFF

#: For each of the nine mixing steps: which word changes, which two are taken from it, the shift (left if negative).
_STEPS = (
    (0, 1, 2, 13), (1, 2, 0, -8), (2, 0, 1, 13),
    (0, 1, 2, 12), (1, 2, 0, -16), (2, 0, 1, 5),
    (0, 1, 2, 3), (1, 2, 0, -10), (2, 0, 1, 15),
)  # fmt: skip


def _mix(words: list[int]) -> None:
    for target, first, second, shift in _STEPS:
        value = (words[target] - words[first] - words[second]) & _WORD
        other = words[second]
        words[target] = value ^ (other >> shift if shift > 0 else other << -shift & _WORD)


def name_hash(name: str) -> int:
    """Return the number that stands for `name`."""
    data = name.encode()
    if not data:
        return _SEED % _RANGE
    words = [_GOLDEN, _GOLDEN, _SEED]
    whole = len(data) - len(data) % 12
    for start in range(0, whole, 12):
        for index in range(3):
            offset = start + 4 * index
            words[index] = (words[index] + int.from_bytes(data[offset : offset + 4], "little")) & _WORD
        _mix(words)
    rest = data[whole:]
    words[0] = (words[0] + int.from_bytes(rest[0:4], "little")) & _WORD
    words[1] = (words[1] + int.from_bytes(rest[4:8], "little")) & _WORD
    # The lowest byte of the last word is the length's.
    words[2] = (words[2] + len(data) + (int.from_bytes(rest[8:11], "little") << 8)) & _WORD
    _mix(words)
    return words[2] % _RANGE
