"""Seeds for tests that try random inputs, with the variables that the Swift tests have.

``CALLPOINT_SEED=17`` repeats one seed, ``CALLPOINT_FUZZ_ROUNDS=10000`` runs as many as one has time for.
"""

from __future__ import annotations

import functools
import os
import random
import unittest
from collections.abc import Callable
from typing import Any

#: Numbers at the edges of what fits somewhere, and beyond.
STRANGE_NUMBERS = (
    "0 -0 -1 007 255 256 65536 2147483648 4294967296 9223372036854775807 9223372036854775808 -9223372036854775809"
    " 18446744073709551616 1e9 1e400 0.5 -1e-400 0x7f NaN Infinity"
).split() + ["1" + "0" * 5000]


def seeds(rounds: int) -> Callable[[Callable], Callable]:
    """Run a test once for each seed, with a source of random numbers; a failure names its seed."""
    only = os.environ.get("CALLPOINT_SEED")
    last = int(os.environ.get("CALLPOINT_FUZZ_ROUNDS", rounds))

    def decorate(test: Callable[[Any, random.Random], None]) -> Callable[[Any], None]:
        @functools.wraps(test)
        def run(self: unittest.TestCase) -> None:
            for seed in [int(only)] if only else range(1, last + 1):
                with self.subTest(CALLPOINT_SEED=seed):
                    test(self, random.Random(seed))

        return run

    return decorate


def damaged(chance: random.Random, data: bytes, spice: list[bytes]) -> bytes:
    """Return bytes with some damage: changed, lost, repeated, cut off, or with a piece of ``spice`` in them."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.randint(1, 40))
        data = chance.choice(
            [
                data[:start] + data[end:],
                data[:end] + data[start:],
                data[:start],
                data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :],
                data[:start] + chance.choice(spice) + data[start:],
                data[:start] + chance.choice(spice) + data[start:],
            ]
        )
    return data
