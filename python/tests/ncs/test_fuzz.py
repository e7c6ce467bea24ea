"""Keypaths and values from texts that nobody vouches for."""

from __future__ import annotations

import random
import unittest
from typing import Any

from _ncs._keytext import key_text, quote_key
from _ncs.error import Error
from ncs import _types
from ncs._keypath import parse
from ncs._types import BadValue

from ..seeds import STRANGE_NUMBERS, damaged, seeds
from .vectors import type_groups

PIECES = list("ab1 {}\"'\\/:[]=\n\t\r\0é") + ["\xa0", "\u2028", "\U0001f600", "e\u0301", "ce0 1", ""]
PATHS = ["/v:vpn/l3vpn{acme}/endpoint{ce0 1}", '/a:b{"x y" "\\"q\\"\\\\"}/c', "../x", "/", "a{\"\"}/b"]


def text(chance: random.Random, count: int) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(0, count)))


class KeypathFuzz(unittest.TestCase):
    @seeds(200)
    def test_keys_survive_printing_and_reading(self, chance: random.Random) -> None:
        """Invariant: any key values come back as they were from the path that their texts make."""
        keys = tuple(text(chance, 6) for _ in range(chance.randint(1, 3)))
        (_, step), _ = parse(f"/a:b/c{key_text(keys)}")
        self.assertEqual((step.name, step.keys), ("c", keys))

    @seeds(300)
    def test_any_text_is_a_path_or_a_bad_path(self, chance: random.Random) -> None:
        """Invariant: a text is refused as a bad path that names it, or its steps make a path that has the same steps."""
        spice = [piece.encode() for piece in PIECES]
        path = damaged(chance, chance.choice(PATHS).encode(), spice).decode(errors="replace")
        try:
            found = parse(path)
        except Error as error:
            self.assertIn(path, str(error))
            return
        again = "/" * found.is_absolute + "/".join(
            name + ("" if keys is None else "{" + " ".join(map(quote_key, keys)) + "}") for name, keys in found.steps
        )
        self.assertEqual(parse(again), found)


class ValueFuzz(unittest.TestCase):
    TYPES = [group["type"] for _, group in type_groups()]
    TEXTS = [case["in"] for _, group in type_groups() for case in group["cases"] if isinstance(case["in"], str)]

    @seeds(30)
    def test_a_text_is_a_value_with_one_canonical_text_or_is_refused(self, chance: random.Random) -> None:
        """Invariant: a value's canonical text is read as the same value; everything else is a BadValue, shortly said."""
        for _ in range(50):
            type_ = chance.choice(self.TYPES)
            given = chance.choice([chance.choice(self.TEXTS), chance.choice(STRANGE_NUMBERS), text(chance, 5)])
            if chance.random() < 0.5:
                spice = [one.encode() for one in (*PIECES, *STRANGE_NUMBERS)]
                given = damaged(chance, given.encode(), spice).decode(errors="replace")
            try:
                data = _types.parse(given, type_)
            except BadValue as refusal:
                self.assertLess(len(str(refusal)), 5000)
                continue
            canonical = _types.text_of(data, type_)
            self.assertEqual(_types.parse(canonical, type_), data, (type_, given))
            self.assertEqual(_types.text_of(_types.parse(canonical, type_), type_), canonical)

    @seeds(30)
    def test_any_object_is_a_value_or_is_refused(self, chance: random.Random) -> None:
        """Invariant: what Python assigns becomes data that its text stands for, or a BadValue."""
        objects: list[Any] = [None, True, 0, -1, 2**70, 0.5, 1e300, float("nan"), b"", b"\xff", bytearray(b"a"), "", [], {}]
        for _ in range(50):
            type_ = chance.choice(self.TYPES)
            try:
                data = _types.from_python(chance.choice(objects), type_)
            except BadValue:
                continue
            self.assertEqual(_types.parse(_types.text_of(data, type_), type_), data)


if __name__ == "__main__":
    unittest.main()
