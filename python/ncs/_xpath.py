"""Keypaths as XPath expressions."""

from __future__ import annotations

from ._backend import host
from ._view import Place, View
from .template import quote


def from_keypath(path: str) -> str:
    """Return the XPath expression of a keypath: `/iface:iface[iface:name='i1']`."""
    place: Place | None = View(host().schema).at(path)
    steps: list[str] = []
    while place is not None and place.parent is not None:
        node = place.node
        step = f"/{node.prefix}:{node.name}" if node.is_qualified else f"/{node.name}"
        for leaf, text in zip(node.keys, place.key or ()):
            step += f"[{leaf.prefix}:{leaf.name}={quote(text)}]"
        steps.append(step)
        place = place.parent
    return "".join(reversed(steps)) or "/"
