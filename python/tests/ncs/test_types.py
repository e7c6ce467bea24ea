from __future__ import annotations

import ipaddress
import unittest
from decimal import Decimal
from typing import Any

from _ncs import Value
from ncs import _types
from ncs._backend import failure
from ncs._types import BadValue, Bits, Empty, Enum

from .vectors import type_groups


def accepted(given: Any, type_: dict) -> Any:
    """Return the data for a vector's `in`: text, or JSON that stands for its text."""
    if given == [None] and "empty" in str(type_):
        given = ""
    if isinstance(given, bool):
        given = "true" if given else "false"
    if isinstance(given, (int, float)):
        given = str(given)
    if not isinstance(given, str):
        raise BadValue(f"{given!r} has no text")
    return _types.parse(given, type_)


class SharedTypeVectors(unittest.TestCase):
    def test_both_sides_give_every_value_one_answer(self) -> None:
        count = 0
        for where, group in type_groups():
            for case in group["cases"]:
                count += 1
                with self.subTest(where, given=case["in"]):
                    self._check(group["type"], case)
        self.assertGreater(count, 100)

    def _check(self, type_: dict, case: dict) -> None:
        if case.get("error"):
            with self.assertRaises(BadValue):
                accepted(case["in"], type_)
            return
        data = accepted(case["in"], type_)
        self.assertEqual(_types.text_of(data, type_), case["canonical"])
        if "json" in case:
            self.assertEqual((data, type(data)), (case["json"], type(case["json"])))
        self.assertEqual(_types.parse(case["canonical"], type_), data, "the canonical text means the same")


class AssignedValues(unittest.TestCase):
    def test_an_object_stands_for_its_text(self) -> None:
        self.assertEqual(_types.from_python(ipaddress.ip_address("10.0.0.1"), {"b": "string"}), "10.0.0.1")
        self.assertEqual(_types.from_python(("a", 1), {"b": "string"}), "('a', 1)")
        self.assertEqual(_types.from_python(Value("7"), {"b": "uint8"}), 7)

    def test_half_a_character_is_no_part_of_a_string(self) -> None:
        with self.assertRaisesRegex(BadValue, "half a character"):
            _types.from_python("a\udcff", {"b": "string"})

    def test_a_boolean_is_no_number(self) -> None:
        with self.assertRaises(BadValue):
            _types.from_python(True, {"b": "uint8"})

    def test_an_enum_is_given_by_label_by_number_or_by_itself(self) -> None:
        type_ = {"b": "enumeration", "e": [["down", 0], ["up", 4]]}
        for given in ("up", 4, Enum("up", 4)):
            self.assertEqual(_types.from_python(given, type_), "up")
        with self.assertRaises(BadValue):
            _types.from_python(1, type_)

    def test_bits_are_given_by_names_or_by_bytes(self) -> None:
        type_ = {"b": "bits", "e": [["a", 0], ["b", 9]]}
        for given in ("b a", bytearray(b"\x01\x02"), Bits(b"\x01\x02")):
            self.assertEqual(_types.from_python(given, type_), "a b")
        with self.assertRaises(BadValue):
            _types.from_python(b"\x04", type_)
        swapped = {"b": "bits", "e": [["b", 9], ["a", 0]]}
        self.assertEqual(_types.from_python(b"\x01\x02", swapped), "a b")
        bits = _types.to_python("a b", type_)
        self.assertEqual(_types.from_python(bits, type_), "a b")

    def test_binary_is_given_by_bytes_or_by_base64(self) -> None:
        self.assertEqual(_types.from_python(b"hello", {"b": "binary"}), "aGVsbG8=")
        self.assertEqual(_types.from_python("aGVsbG8=", {"b": "binary"}), "aGVsbG8=")

    def test_a_float_becomes_a_decimal(self) -> None:
        self.assertEqual(_types.from_python(0.5, {"b": "decimal64", "fd": 2}), "0.5")
        self.assertEqual(_types.from_python(1e-7, {"b": "decimal64", "fd": 9}), "0.0000001")
        self.assertEqual(_types.from_python(Decimal(10).normalize(), {"b": "decimal64", "fd": 2}), "10.0")

    def test_a_union_takes_the_first_member_that_fits(self) -> None:
        type_ = {"b": "union", "u": [{"b": "uint8"}, {"b": "boolean"}, {"b": "string"}]}
        self.assertEqual(_types.from_python(5, type_), 5)
        self.assertIs(_types.from_python(True, type_), True)
        self.assertEqual(_types.from_python(500, type_), "500")

    def test_a_refusal_says_what_is_wrong(self) -> None:
        for given, type_, words in [
            ("x", {"b": "uint8"}, '"x" is not an integer'),
            (300, {"b": "uint8"}, "300 is out of range: uint8 is 0..255"),
            (50, {"b": "uint8", "r": [[1, 9], [20, 20]]}, "50 is out of range 1..9 | 20"),
            ("abc", {"b": "string", "len": [[1, 2]]}, "3 characters long"),
            ("abc", {"b": "string", "pat": ["[0-9]+"]}, "does not match [0-9]+"),
            ("x", {"b": "enumeration", "e": [["up", 0], ["down", 1]]}, "not one of up, down"),
        ]:
            with self.subTest(given), self.assertRaises(BadValue) as caught:
                _types.from_python(given, type_)
            self.assertIn(words, str(caught.exception))


class ReadValues(unittest.TestCase):
    def test_each_type_has_its_python_form(self) -> None:
        identity = {"b": "identityref", "i": [["mod", "p", "core"]]}
        for data, type_, expected in [
            ("18446744073709551615", {"b": "uint64"}, 2**64 - 1),
            (5, {"b": "int8"}, 5),
            (False, {"b": "boolean"}, False),
            ("1.5", {"b": "decimal64", "fd": 1}, "1.5"),
            ("mod:core", identity, "p:core"),
            ("core", identity, "p:core"),
            ("aGVsbG8=", {"b": "binary"}, b"hello"),
            ([None], {"b": "empty"}, Empty()),
            (7, {"b": "leafref", "path": "x", "t": {"b": "uint8"}}, 7),
            (7, {"b": "union", "u": [{"b": "string"}, {"b": "uint8"}]}, 7),
        ]:
            with self.subTest(type_["b"]):
                self.assertEqual(_types.to_python(data, type_), expected)

    def test_a_value_object_knows_its_type(self) -> None:
        for data, type_, name in [
            ("x", {"b": "string"}, "C_BUF"),
            (5, {"b": "uint16"}, "C_UINT16"),
            ("up", {"b": "enumeration", "e": [["up", 3]]}, "C_ENUM_VALUE"),
            (True, {"b": "boolean"}, "C_BOOL"),
        ]:
            self.assertEqual(_types.to_value(data, type_).confd_type_str(), name)
        self.assertEqual(int(_types.to_value("up", {"b": "enumeration", "e": [["up", 3]]})), 3)


class EnumObjects(unittest.TestCase):
    def test_they_compare_with_labels_numbers_and_values(self) -> None:
        up = Enum("up", 1)
        self.assertTrue(up == "up" and up == 1 and up == Enum("other", 1) and up == Value("up"))
        self.assertTrue(up != "down" and up < 2 and up > Enum("down", 0) and up >= 1 and up <= 1)
        self.assertEqual((str(up), up.string, up.value, int(up)), ("up", "up", 1, 1))


class BitsObjects(unittest.TestCase):
    def test_they_are_changed_by_position(self) -> None:
        bits = Bits.of("a", [["a", 0], ["z", 70]])
        bits.set_bit(70)
        self.assertEqual((str(bits), bits.is_bit_set(70), len(bits.bytearray())), ("a z", True, 9))
        bits.clr_bit(0)
        self.assertEqual(str(bits), "z")


class TheOrderOfKeys(unittest.TestCase):
    def test_it_is_the_hosts(self) -> None:
        enum = {"b": "enumeration", "e": [["z", 1], ["a", 2]]}
        union = {"b": "union", "u": [{"b": "uint8"}, enum, {"b": "string"}]}
        identity = {"b": "identityref", "i": [["b-module", "a", "x"], ["a-module", "z", "x"]]}
        for type_, ordered in [
            ({"b": "uint8"}, ["2", "10"]),
            ({"b": "decimal64", "fd": 1}, ["-1.5", "2.0", "10.0"]),
            ({"b": "string"}, ["", "Z", "a", "b10", "b2", "ä", "\U0001f600"]),
            ({"b": "boolean"}, ["false", "true"]),
            (enum, ["z", "a"]),
            (identity, ["z:x", "a:x"]),
            (union, ["2", "10", "other", "z", "a"]),
        ]:
            with self.subTest(type_["b"]):
                self.assertEqual(sorted(ordered[::-1], key=lambda text: _types.sort_key(text, type_)), ordered)


class RefusalsOfTheHost(unittest.TestCase):
    def test_a_kind_has_its_error_number(self) -> None:
        self.assertEqual(failure("no", "invalid-value").confd_errno, 5)
        self.assertEqual(failure("no", "something-else").confd_errno, 19)
        self.assertEqual(failure("no", "timeout", 61).confd_errno, 61)

    def test_the_text_does_not_say_the_same_twice(self) -> None:
        self.assertEqual(
            str(failure("Conflict detected (70): transaction 5", "conflict")), "Conflict detected (70): transaction 5"
        )
