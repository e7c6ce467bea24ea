"""A host in memory: one tree of nested dictionaries, and transactions that are copies of it."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any, Callable, Optional

from ncs import _backend, _types
from ncs._place import Place
from ncs._schema import Schema, SchemaNode
from ncs._view import View

Data = dict[Any, Any]


class MemoryHost:
    """Keeps data as `{node: value}`; a list is `{key: entry}`. Counts what it is asked."""

    def __init__(self, schema: Schema, tree: Optional[dict] = None, page: int = 10_000) -> None:
        self.schema = schema
        self.data: Data = {}
        self.page = page
        self.asked: Counter[str] = Counter()
        self.reads: list[str] = []
        self.timeouts: list[tuple[int, int]] = []
        self.actions: dict[str, Callable[[dict], dict]] = {}
        self.called: list[tuple] = []
        self.conflicts = 0
        self.depth = 100
        self._transactions: dict[int, Data] = {}
        self._next = 1000
        if tree:
            _put(self.data, schema.root, json.loads(json.dumps(tree)))

    # The Host protocol

    def open(self, mode: str, db: str, user: str, context: str) -> int:
        self.asked["open"] += 1
        self._next += 1
        self._transactions[self._next] = copy.copy(_clone(self.data))
        self.called.append(("open", mode, db, user, context))
        return self._next

    def read(self, th: int, path: str, after: Optional[str], writes: Any) -> Any:
        self.asked["read"] += 1
        self.reads.append(path)
        data = self._transaction(th)
        self._write(data, writes)
        place = View(self.schema).at(path)
        found = _find(data, place)
        if found is None:
            return None
        start = View(self.schema).at(after).key if after else None
        return json.loads(json.dumps(self._show(place, found, start)))

    def write(self, th: int, writes: Any) -> None:
        self.asked["write"] += 1
        self._write(self._transaction(th), writes)

    def apply(self, th: int, writes: Any, reads: list[str], dry_run: bool = False) -> list[dict]:
        self.asked["apply"] += 1
        if self.conflicts:
            self.conflicts -= 1
            raise _backend.failure("Transaction 1 conflicts with transaction 2", "conflict")
        data = self._transaction(th)
        self._write(data, writes)
        if not dry_run:
            self.data = data
            self._transactions[th] = _clone(data)
        return [{"op": "set", "path": write[1]} for write in writes]

    def validate(self, th: int, writes: Any, reads: list[str]) -> None:
        self.asked["validate"] += 1
        self._write(self._transaction(th), writes)

    def close(self, th: int) -> None:
        self.asked["close"] += 1
        del self._transactions[th]

    def action(
        self, path: str, input: dict, user: str, context: str, th: Optional[int] = None, writes: Any = ()
    ) -> dict:
        self.asked["action"] += 1
        self.called.append(("action", path, input, user, context, th, list(writes)))
        return self.actions[path](input)

    def set_timeout(self, request: int, seconds: int) -> None:
        self.timeouts.append((request, seconds))

    # What tests look at

    def tree(self) -> dict:
        """Return all data as RFC 7951 writes it."""
        return _tree(self.data, self.schema.root)

    def _transaction(self, th: int) -> Data:
        if th not in self._transactions:
            self._transactions[th] = _clone(self.data)
        return self._transactions[th]

    def _write(self, data: Data, writes: Any) -> None:
        for operation, path, *rest in json.loads(json.dumps(list(writes))):
            place = View(self.schema).at(path)
            apply_write(data, place, operation, rest)
            if operation == "create":
                for leaf, value in zip(rest[::2], rest[1::2]):
                    apply_write(data, place.view.at(leaf, place), "set", [value])

    def _show(self, place: Place, found: Any, after: Any) -> Any:
        if place.node.kind == "list" and place.key is None:
            return self._page(found, place.node, after, 0)
        return self._cut(found, place.node, 0) if isinstance(found, dict) else found

    def _page(self, entries: Data, node: SchemaNode, after: Any, depth: int) -> list:
        keys = _ordered(entries, node)
        start = keys.index(after) + 1 if after else 0
        rows = [self._cut(entries[key], node, depth + 1) for key in keys[start : start + self.page]]
        return rows + ([{"@": 1}] if len(keys) > start + self.page else [])

    def _cut(self, data: Data, node: SchemaNode, depth: int) -> dict:
        tree: dict = {}
        for child, value in data.items():
            name = child.qualified if child.is_qualified else child.name
            if child.kind == "list":
                tree[name] = self._page(value, child, None, depth) if depth < self.depth else [{"@": 1}]
            elif child.kind == "container":
                tree[name] = self._cut(value, child, depth + 1) if depth < self.depth else {"@": 1}
            elif child.kind == "leaf-list" and len(value) > self.page:
                tree[name] = [*value[: self.page], {"@": 1}]
            else:
                tree[name] = value
        return tree


def _clone(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _clone(value) for key, value in data.items()}
    return list(data) if isinstance(data, list) else data


def _put(data: Data, node: SchemaNode, tree: dict) -> None:
    for name, value in tree.items():
        child = node.names[name]
        if child.kind == "container":
            _put(data.setdefault(child, {}), child, value)
        elif child.kind == "list":
            entries = data.setdefault(child, {})
            for row in value:
                key = tuple(_types.text_of(row[leaf.name], leaf.type) for leaf in child.keys)
                _put(entries.setdefault(key, {}), child, row)
        else:
            data[child] = _in_order(value, child) if child.kind == "leaf-list" else value


def _tree(data: Data, node: SchemaNode) -> dict:
    tree: dict = {}
    for child, value in data.items():
        name = child.qualified if child.is_qualified else child.name
        if child.kind == "container":
            value = _tree(value, child)
            if not value and not child.is_presence:
                continue
        elif child.kind == "list":
            value = [_tree(value[key], child) for key in _ordered(value, child)]
            if not value:
                continue
        tree[name] = value
    return tree


def _ordered(entries: Data, node: SchemaNode) -> list:
    if node.keeps_given_order:
        return list(entries)
    leafs = node.keys
    return sorted(entries, key=lambda key: [_types.sort_key(t, leaf.type) for t, leaf in zip(key, leafs)])


def _in_order(values: list, node: SchemaNode) -> list:
    if node.keeps_given_order:
        return values
    return sorted(values, key=lambda data: _types.sort_key(_types.text_of(data, node.type), node.type))


def _chain(place: Place) -> list[Place]:
    chain: list[Place] = []
    at: Optional[Place] = place
    while at is not None and at.parent is not None:
        chain.insert(0, at)
        at = at.parent
    return chain


def _find(data: Any, place: Place) -> Any:
    for step in _chain(place):
        data = data.get(step.node)
        if data is not None and step.key is not None and step.node.kind == "list":
            data = data.get(step.key)
        if data is None:
            return None
    return data


def _make(data: Data, place: Place) -> Data:
    for step in _chain(place):
        _drop_other_cases(data, step.node)
        data = data.setdefault(step.node, {})
        if step.key is not None:
            entry = data.setdefault(step.key, {})
            for text, leaf in zip(step.key, step.node.keys):
                entry[leaf] = _types.parse(text, leaf.type)
            data = entry
    return data


def _drop_other_cases(data: Data, node: SchemaNode) -> None:
    while node.parent is not None and node.parent.kind in ("choice", "case"):
        if node.parent.kind == "choice":
            for other in node.parent.children:
                if other is not node:
                    for member in other.data_children if other.kind == "case" else [other]:
                        data.pop(member, None)
        node = node.parent


def apply_write(data: Data, place: Place, operation: str, rest: list) -> None:
    """Apply one write as `ARCHITECTURE.md` says."""
    assert place.parent is not None
    node = place.node
    if operation == "set" or (operation == "create" and node.kind in ("leaf", "leaf-list")):
        above = _make(data, place.parent)
        _drop_other_cases(above, node)
        if node.kind == "leaf-list" and place.key is not None:
            value = _types.parse(place.key[0], node.type)
            values = above.get(node, [])
            above[node] = _in_order(values if value in values else [*values, value], node)
        elif node.kind == "leaf-list":
            above[node] = _in_order(rest[0], node)
        else:
            above[node] = rest[0] if rest else [None]
    elif operation == "create":
        _make(data, place)
    elif operation == "delete":
        above = _find(data, place.parent)
        if above is None or node not in above:
            return
        if place.key is None:
            del above[node]
        elif node.kind == "list":
            above[node].pop(place.key, None)
        else:
            value = _types.parse(place.key[0], node.type)
            above[node] = [other for other in above[node] if other != value]
            if not above[node]:
                del above[node]
    else:
        _move(_find(data, place.parent)[node], place, rest)


def _move(entries: Data, place: Place, rest: list) -> None:
    moved = entries.pop(place.key)
    keys = list(entries)
    at = {"first": 0, "last": len(keys)}.get(rest[0])
    if at is None:
        other = View(place.view.schema).at(rest[1]).key
        at = keys.index(other) + (rest[0] == "after")
    items = list(entries.items())
    items.insert(at, (place.key, moved))
    entries.clear()
    entries.update(items)
