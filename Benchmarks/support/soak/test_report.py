"""What a soak says of what it held follows from its samples."""

from __future__ import annotations

import dataclasses
import unittest

from support.soak.course import Sample
from support.soak.report import ENOUGH_SAMPLES, levels

LEVEL = Sample(0, host_megabytes=40, tree_megabytes=140, descriptors=145, sockets=30, ownerless=0, processes=31)


def samples(count: int, **slopes: float) -> list[Sample]:
    """Return so many samples of which some members grow from one to the next."""
    return [
        dataclasses.replace(LEVEL, **{name: getattr(LEVEL, name) + slope * number for name, slope in slopes.items()})
        for number in range(count)
    ]


class LevelsTest(unittest.TestCase):
    def test_a_level_run_has_nothing_to_complain_of(self) -> None:
        self.assertEqual(levels(samples(ENOUGH_SAMPLES)), [])
        self.assertEqual(levels(samples(3)), [])

    def test_memory_that_grows_through_a_long_run_is_told(self) -> None:
        self.assertEqual(levels(samples(40, host_megabytes=0.5)), ["host megabytes have grown from 47.2 to 57.2"])
        self.assertEqual(levels(samples(40, tree_megabytes=3)), ["tree megabytes have grown from 183.5 to 243.5"])

    def test_what_a_few_samples_say_of_memory_is_left_alone(self) -> None:
        self.assertEqual(levels(samples(3, host_megabytes=10, tree_megabytes=40)), [])

    def test_what_is_counted_may_never_differ(self) -> None:
        self.assertEqual(levels(samples(2, descriptors=1)),
                         ["the descriptors of the host that are no sockets differ between quiet points: [145, 146]"])
        self.assertEqual(levels(samples(2, processes=1)),
                         ["the processes below the host differ between quiet points: [31, 32]"])
        self.assertEqual(levels(samples(2, ownerless=1)),
                         ["the connections of the host without another end differ between quiet points: [0, 1]"])


if __name__ == "__main__":
    unittest.main()
