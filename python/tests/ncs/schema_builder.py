"""Writes small schema files for tests, in the format of `ARCHITECTURE.md`."""

from __future__ import annotations

import json
import struct
from typing import Any

from ncs._schema import Schema

Node = dict[str, Any]
_INTERIOR = {"container", "list", "choice", "case", "action", "rpc", "input", "output"}


def leaf(name: str, base: str = "string", **more: Any) -> Node:
    """Describe a leaf; `more` holds what its type or the leaf has besides."""
    own = {key: more.pop(key) for key in ("def", "mand", "cfg", "m", "user") if key in more}
    return {"n": name, "k": "leaf", "t": {"b": base, **more}, **own}


def leaf_list(name: str, base: str = "string", **more: Any) -> Node:
    """Describe a leaf-list."""
    return {**leaf(name, base, **more), "k": "leaf-list"}


def container(name: str, *children: Node, **more: Any) -> Node:
    """Describe a container."""
    return {"n": name, "k": "container", "c": list(children), **more}


def list_(name: str, keys: str, *children: Node, **more: Any) -> Node:
    """Describe a list."""
    return {"n": name, "k": "list", "keys": keys.split(), "c": list(children), **more}


def choice(name: str, *cases: Node, **more: Any) -> Node:
    """Describe a choice."""
    return {"n": name, "k": "choice", "c": list(cases), **more}


def case(name: str, *children: Node) -> Node:
    """Describe a case."""
    return {"n": name, "k": "case", "c": list(children)}


def action(name: str, inputs: list[Node], outputs: list[Node], kind: str = "action", **more: Any) -> Node:
    """Describe an action or rpc."""
    parameters = [{"n": "input", "k": "input", "c": inputs}, {"n": "output", "k": "output", "c": outputs}]
    return {"n": name, "k": kind, "c": parameters, **more}


def module(name: str, prefix: str, *children: Node) -> Node:
    """Describe a module with its top-level nodes."""
    namespace = f"http://example.com/{name}"
    return {"name": name, "prefix": prefix, "namespace": namespace, "revision": "2024-01-01", "c": list(children)}


def schema_bytes(*modules: Node) -> bytes:
    """Return a schema file."""
    header = {"format": 1, "modules": [{k: v for k, v in m.items() if k != "c"} for m in modules]}
    lines: list[Node] = [header, {"n": "", "k": "root", "c": []}]

    def add(node: Node, parent: int, index: int) -> Node:
        index = node.get("m", index)
        own = {**node, "m": index}
        if node["k"] not in _INTERIOR:
            return own
        number = len(lines)
        line = {**own, "p": parent, "c": []}
        lines.append(line)
        line["c"] = [add(child, number, index) for child in node.get("c", ())]
        return {"ref": number, "n": own["n"], "m": index, "k": own["k"]}

    for index, each in enumerate(modules):
        lines[1]["c"].extend(add(child, 1, index) for child in each["c"])
    texts = [json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines]
    offsets, position = [], 0
    for text in texts:
        offsets.append(position)
        position += len(text)
    table = b"".join(struct.pack("<Q", offset) for offset in offsets)
    return b"".join(texts) + table + struct.pack("<QQ", len(lines), position)


def make_schema(*modules: Node) -> Schema:
    """Return a schema in memory."""
    return Schema(schema_bytes(*modules))
