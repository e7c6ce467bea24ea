"""A picture of figures: bars on a common scale, as SVG that reads well in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from support.figures import Figure, number

WIDTH, LABELS, BAR, GAP, TOP, MARGIN = 760, 210, 20, 10, 52, 16
#: Room for a value at the end of the longest bar.
VALUES = 110

_STYLE = """
  svg { background: #ffffff; font: 13px system-ui, sans-serif; }
  .ground { fill: #ffffff; } text { fill: #1f2328; } .title { font-weight: 600; font-size: 15px; }
  .bar { fill: #9aa4b2; } .ours { fill: #0969da; } .floor { fill: #d0d7de; } .spread { stroke: #1f2328; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } .ground { fill: #0d1117; } text { fill: #e6edf3; }
    .bar { fill: #6e7681; } .ours { fill: #2f81f7; } .floor { fill: #3d444d; } .spread { stroke: #e6edf3; }
  }
"""


@dataclass(frozen=True)
class Bar:
    """A figure, and what it is in the picture: `ours`, the `floor`, or a `bar` like others."""

    figure: Figure
    kind: str = "bar"


def bars(title: str, drawn: Sequence[Bar]) -> str:
    """Return a picture with a bar for each median, a line from the lowest to the highest value, and the median in digits."""
    scale = (WIDTH - LABELS - VALUES) / max(max(bar.figure.values) for bar in drawn)
    height = TOP + len(drawn) * (BAR + GAP) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="{MARGIN}" y="28">{escape(title)}</text>',
    ]
    for index, bar in enumerate(drawn):
        top = TOP + index * (BAR + GAP)
        middle, base = top + BAR / 2, top + BAR - 5
        low, median, high = (
            LABELS + scale * value for value in (min(bar.figure.values), bar.figure.median, max(bar.figure.values)))
        parts += [
            f'<text x="{LABELS - 8}" y="{base}" text-anchor="end">{escape(bar.figure.name)}</text>',
            f'<rect class="{bar.kind}" x="{LABELS}" y="{top}" width="{median - LABELS:.1f}" height="{BAR}" rx="2"/>',
            f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>',
            f'<text x="{high + 8:.1f}" y="{base}">{number(bar.figure.median)} {escape(bar.figure.unit)}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
