"""Messages from bytes that nobody vouches for."""

from __future__ import annotations

import json
import random
import unittest
from typing import Any

from callpoint_vm import wire

from ..seeds import STRANGE_NUMBERS, damaged, seeds

SPICE = [
    text.encode()
    for text in ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u", "\\ud800", "null", "\n", "\0", "é", "\ufeff", *STRANGE_NUMBERS]
] + [b"\xff", b"\xc3"]


def value(chance: random.Random, depth: int) -> Any:
    choices = [None, True, 0, -1, 2**64, 0.5, "", "a\n", "é\0", "\U0001f600"]
    if depth and chance.random() < 0.5:
        items = [value(chance, depth - 1) for _ in range(chance.randint(0, 4))]
        return items if chance.random() < 0.5 else {str(number): item for number, item in enumerate(items)}
    return chance.choice(choices)


def read(pieces: list[bytes]) -> list[Any]:
    """Return the messages, and behind them the error that ended them."""
    lines, found = wire.Lines(), []
    try:
        for piece in pieces:
            found += lines.feed(piece)
    except wire.ProtocolError as error:
        found.append(str(error))
    return found


def cut(chance: random.Random, data: bytes) -> list[bytes]:
    places = sorted(chance.randint(0, len(data)) for _ in range(chance.randint(0, 9)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)]) if start < end]


class WireFuzz(unittest.TestCase):
    @seeds(50)
    def test_what_is_sent_is_received_however_it_is_cut(self, chance: random.Random) -> None:
        """Invariant: messages come out as they went in, in order, whatever pieces their bytes come in."""
        messages = [{"m": value(chance, 4)} for _ in range(chance.randint(0, 8))]
        data = b"".join(map(wire.line, messages))
        self.assertEqual(read(cut(chance, data)), messages)

    @seeds(200)
    def test_damaged_bytes_are_messages_or_a_protocol_error(self, chance: random.Random) -> None:
        """Invariant: any bytes are objects of JSON, one a line, or a ProtocolError; how they are cut makes no difference
        to the messages before it."""
        data = damaged(chance, b"".join(wire.line({"m": value(chance, 3)}) for _ in range(4)), SPICE) + b"\n"
        expected: list[Any] = []
        for text in data.split(b"\n")[:-1]:
            try:
                expected.append(json.loads(text.decode()))
            except ValueError:
                break
            if not isinstance(expected[-1], dict):
                expected.pop()
                break
        whole = read([data])
        self.assertTrue(all(isinstance(one, dict) for one in whole[:-1]))
        self.assertTrue(whole[-1:] == expected[-1:] or isinstance(whole[-1], str), whole)
        found = read([data[start : start + 1] for start in range(len(data))])
        self.assertEqual(repr(found[: len(expected)]), repr(expected))
        self.assertLessEqual(len(found), len(expected) + 1)

    def test_half_a_character_does_not_make_a_message_unreadable(self) -> None:
        """Invariant: what is sent is JSON in UTF-8, also where user code made a text that has no UTF-8."""
        for text in ("\udcff", "a\ud83d", "\ude00\ud83d", "\ud83d\ude00"):
            data = wire.line({"error": {"message": text}})
            (message,) = wire.Lines().feed(data)
            self.assertEqual(message["error"]["message"], text.encode("utf-8", "replace").decode())

    def test_what_is_nested_too_deeply_is_a_protocol_error(self) -> None:
        """Invariant: no message is so deep that reading it fails in another way."""
        for text in (b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"):
            with self.assertRaises(wire.ProtocolError):
                wire.Lines().feed(text + b"\n")


if __name__ == "__main__":
    unittest.main()
