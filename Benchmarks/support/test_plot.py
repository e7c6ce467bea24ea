"""A picture says what its figures say."""

from __future__ import annotations

import unittest
from xml.etree import ElementTree

from support.figures import Figure
from support.plot import LABELS, VALUES, WIDTH, Bar, bars

SVG = "{http://www.w3.org/2000/svg}"


class PlotTest(unittest.TestCase):
    def setUp(self) -> None:
        picture = bars("a < b", [
            Bar(Figure("ours", (100, 200, 400), "/s"), "ours"), Bar(Figure("R & D", (50,), "/s"))])
        self.root = ElementTree.fromstring(picture)

    def test_bars_are_as_long_as_their_medians_on_one_scale(self) -> None:
        ours, other = (float(bar.attrib["width"]) for bar in self.root.findall(f"{SVG}rect")[1:])
        room = WIDTH - LABELS - VALUES
        self.assertEqual((ours, other), (room / 2, room / 8))

    def test_a_line_goes_from_the_lowest_to_the_highest(self) -> None:
        spread = self.root.findall(f"{SVG}line")[0].attrib
        room = WIDTH - LABELS - VALUES
        self.assertEqual((float(spread["x1"]), float(spread["x2"])), (LABELS + room / 4, LABELS + room))

    def test_it_says_what_is_what(self) -> None:
        self.assertEqual([text.text for text in self.root.findall(f"{SVG}text")],
                         ["a < b", "ours", "200 /s", "R & D", "50.0 /s"])
        self.assertEqual(self.root.findtext(f"{SVG}title"), "a < b")


if __name__ == "__main__":
    unittest.main()
