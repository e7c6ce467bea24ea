"""Callbacks that do what most callbacks do, with a schema of their own and no data behind it.

A process that has run them once has made what every later callback uses.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Optional

from ._component import Registration
from ._schema import Schema
from .application import Service
from .dp import Action

_TEXT = {"n": "text", "m": 0, "k": "leaf", "t": {"b": "string"}}
_NUMBER = {"n": "number", "m": 0, "k": "leaf", "t": {"b": "uint32", "r": [[0, 100]]}}
#: The list `thing`, and in it the action `run`, as the lines of a schema file.
_LINES: list[dict[str, Any]] = [
    {"format": 1, "modules": [{"name": "rehearsal", "prefix": "r", "namespace": "urn:callpoint:rehearsal"}]},
    {"n": "", "k": "root", "c": [{"ref": 2, "n": "thing", "m": 0, "k": "list"}]},
    {
        "n": "thing", "m": 0, "k": "list", "p": 1, "keys": ["text"],
        "c": [_TEXT, _NUMBER, {"ref": 3, "n": "run", "m": 0, "k": "action"}],
    },
    {
        "n": "run", "m": 0, "k": "action", "p": 2,
        "c": [{"ref": 4, "n": "input", "m": 0, "k": "input"}, {"ref": 5, "n": "output", "m": 0, "k": "output"}],
    },
    {"n": "input", "m": 0, "k": "input", "p": 3, "c": [_TEXT]},
    {"n": "output", "m": 0, "k": "output", "p": 3, "c": [_TEXT]},
]  # fmt: skip


def _schema() -> Schema:
    texts = [json.dumps(line).encode() + b"\n" for line in _LINES]
    offsets = [sum(map(len, texts[:number])) for number in range(len(texts))]
    data = b"".join(texts)
    return Schema(data + struct.pack(f"<{len(offsets) + 2}Q", *offsets, len(offsets), len(data)))


class Stage:
    """The host of these callbacks: it has a schema and no data."""

    def __init__(self) -> None:
        self.schema = _schema()

    def read(self, th: int, path: str, after: Optional[str], writes: Any) -> None:
        """Say that there is nothing."""


class _Echo(Action):
    @Action.action
    def cb_action(self, uinfo: Any, name: str, kp: Any, input: Any, output: Any) -> None:
        output.text = input.text


class _Copy(Service):
    @Service.create
    def cb_create(self, tctx: Any, root: Any, service: Any, proplist: list) -> None:
        root.thing.create(service.text + "-copy").number = service.number


#: What serves the callpoints 0 and 1 of the requests.
REGISTRATIONS = [Registration("action", "echo", _Echo), Registration("service", "copy", _Copy)]


def requests(rounds: int) -> list[dict[str, Any]]:
    """Return requests for both callbacks in turn, numbered from 1, as `ARCHITECTURE.md` has them."""
    made: list[dict[str, Any]] = []
    for _ in range(rounds):
        common = {"path": "/r:thing{x}", "user": {"session": 1}}
        made.append({**common, "cp": 0, "op": "action", "name": "run", "input": {"text": "x"}})
        made.append({**common, "cp": 1, "op": "create", "proplist": [], "data": {"text": "x", "number": 1}})
    return [{"id": number, **request} for number, request in enumerate(made, 1)]
