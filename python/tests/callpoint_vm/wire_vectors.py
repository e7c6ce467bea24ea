"""``Tests/Vectors/wire``: the messages that host and runtime have agreed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[3] / "Tests" / "Vectors" / "wire" / "messages.json"
#: What is the package's own.
_OPAQUE = frozenset(
    {"input", "output", "data", "tree", "value", "writes", "reads", "changes", "proplist", "componentProplist"}
)
#: Members whose text is not just any text.
_LITERAL = frozenset({"method", "do", "op"})
#: Members that a message of its kind may lack.
_OPTIONAL = frozenset({"after", "writes", "dryRun", "request", "th", "tree", "changes"})


def _shape(value: Any, name: str = "") -> Any:
    if name in _OPAQUE and not _is_error_data(name, value):
        return "anything"
    if isinstance(value, dict):
        return {member: _shape(inner, member) for member, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    if name in _LITERAL:
        return value
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else "text"


def _is_error_data(name: str, value: Any) -> bool:
    return name == "data" and isinstance(value, dict) and "kind" in value


def _fits(shape: Any, agreed: Any) -> bool:
    """Whether a shape is the agreed one, less members that may be left out."""
    if isinstance(agreed, dict):
        return (
            isinstance(shape, dict)
            and shape.keys() <= agreed.keys()
            and agreed.keys() - shape.keys() <= _OPTIONAL
            and all(_fits(inner, agreed[member]) for member, inner in shape.items())
        )
    if isinstance(agreed, list):
        return isinstance(shape, list) and all(any(_fits(one, other) for other in agreed) for one in shape)
    return bool(shape == agreed)


class WireVectors:
    """The messages, by link and sender."""

    def __init__(self) -> None:
        self._agreed: dict[tuple[str, str], list[Any]] = {}
        for entry in json.loads(_FILE.read_text()):
            self._agreed.setdefault((entry["link"], entry["from"]), []).append(_shape(entry["message"]))

    def check(self, link: str, sender: str, message: Any) -> None:
        """Raises if nobody agreed on such a message."""
        shape = _shape(message)
        if not any(_fits(shape, agreed) for agreed in self._agreed[link, sender]):
            raise AssertionError(f"{_FILE} has no message from {sender} on {link} like {json.dumps(message)}")


WIRE = WireVectors()
