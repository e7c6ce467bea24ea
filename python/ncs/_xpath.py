"""Keypaths as XPath expressions, and back."""

from __future__ import annotations

import re

from _ncs._values import HKeypathRef

from ._backend import host
from ._keypath import bad_path
from ._place import Place
from ._view import View

_STEP = re.compile(r"""/([^/\[\]'"=\s]+)((?:\[[^\]'"]*(?:'[^']*'|"[^"]*")\s*\])*)""")
_PREDICATE = re.compile(r"""\[\s*([^=\s]+)\s*=\s*('[^']*'|"[^"]*")\s*\]""")


def quote(text: str) -> str:
    """Return text as an XPath string literal, or as a `concat` of some if it has both kinds of quotes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    chunks = re.findall("[^']+|'+", text)
    return f"concat({','.join(quote(chunk) for chunk in chunks)})"


def to_keypath(xpath: str) -> HKeypathRef:
    """Return the keypath of an instance-identifier.

    Raises:
        Error: it is none, or names what the schema does not have.
    """
    place = View(host().schema).place
    position = 0
    while position < len(xpath):
        match = _STEP.match(xpath, position)
        node = place.node.child(match.group(1)) if match else None
        if match is None or node is None:
            raise bad_path(xpath, f"cannot be followed from column {position + 1}")
        position = match.end()
        place = place.down(node)
        values = {name.rpartition(":")[2]: text[1:-1] for name, text in _PREDICATE.findall(match.group(2))}
        if values:
            names = node.key_names if node.kind == "list" else ["."]
            if set(names) != set(values):
                raise bad_path(xpath, f"the keys of {node.name} are {' '.join(names)}")
            place = place.entry(tuple(values[name] for name in names))
    return place.keypath()


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
