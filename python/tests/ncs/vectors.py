"""Where the vectors are that both languages read."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path

from ncs._schema import Schema

VECTORS = Path(__file__).parents[3] / "Tests" / "Vectors"


def type_groups() -> Iterator[tuple[str, dict]]:
    """Yield each group of cases of a type, with where it stands."""
    for path in sorted((VECTORS / "types").glob("*.json")):
        for group in json.loads(path.read_text()):
            yield f"{path.name}: {group['note']}", group


def example_schema() -> Schema:
    """Return the schema that the host writes for the example module."""
    text = (VECTORS / "schema" / "example.schema").read_bytes()
    lines = text.splitlines(keepends=True)
    offsets = [sum(map(len, lines[:number])) for number in range(len(lines))]
    table = b"".join(struct.pack("<Q", offset) for offset in offsets)
    return Schema(text + table + struct.pack("<QQ", len(lines), len(text)))
