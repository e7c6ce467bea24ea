"""The schema as the low-level API shows it."""

from __future__ import annotations

from typing import Any, Optional

from _ncs._hash import name_hash
from _ncs._tables import NCS as _C
from _ncs._values import Value, XmlTag
from _ncs.error import Error

from . import _types
from ._backend import host, is_reachable
from ._keypath import parse
from ._schema import Schema, SchemaNode


class CsNodeInfo:
    """More about a schema node."""

    def __init__(self, node: SchemaNode) -> None:
        self._node = node

    def keys(self) -> Optional[list[int]]:
        """Return the hashes of a list's keys."""
        return [leaf.tag.tag for leaf in self._node.keys] if self._node.kind == "list" else None

    def type(self) -> CsType:
        """Return the type of a leaf."""
        return CsType(self._node.type)

    def defval(self) -> Optional[Value]:
        """Return the default value."""
        texts = self._node.defaults
        return _types.to_value(_types.parse(texts[0], self._node.type), self._node.type) if texts else None

    def min_occurs(self) -> int:
        """Return how many there must be."""
        return self._node.fields.get("min", int(self._node.is_mandatory))

    def max_occurs(self) -> int:
        """Return how many there may be; -1 for any number."""
        return self._node.fields.get("max", -1 if self._node.kind in ("list", "leaf-list") else 1)

    def flags(self) -> int:
        """Return the `CS_NODE_*` flags."""
        kind = self._node.kind
        flags = {"action": _C["CS_NODE_IS_ACTION"], "container": _C["CS_NODE_IS_CONTAINER"]}.get(kind, 0)
        flags |= _C["CS_NODE_IS_LIST"] if kind == "list" else 0
        flags |= _C["CS_NODE_IS_LEAF_LIST"] if kind == "leaf-list" else 0
        return flags | (_C["CS_NODE_IS_WRITE"] if self._node.is_config else 0)


class CsType:
    """The type of a leaf."""

    def __init__(self, type_: _types.Type) -> None:
        self.type = type_


class CsNode:
    """A schema node; choices and cases are not seen."""

    def __init__(self, node: SchemaNode) -> None:
        self.node = node

    def __eq__(self, other: object) -> bool:
        return self.node is other.node if isinstance(other, CsNode) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return repr(self.node)

    def tag(self) -> int:
        """Return the hash of the name."""
        return self.node.tag.tag

    def ns(self) -> int:
        """Return the hash of the namespace."""
        return self.node.tag.ns

    def info(self) -> CsNodeInfo:
        """Return more about the node."""
        return CsNodeInfo(self.node)

    def children(self) -> Optional[CsNode]:
        """Return the first child."""
        children = self.node.data_children if self.node.kind not in ("leaf", "leaf-list") else []
        return CsNode(children[0]) if children else None

    def next(self) -> Optional[CsNode]:
        """Return the next sibling."""
        parent = self.node.data_parent
        siblings = parent.data_children if parent else []
        place = siblings.index(self.node) + 1 if self.node in siblings else len(siblings)
        return CsNode(siblings[place]) if place < len(siblings) else None

    def parent(self) -> Optional[CsNode]:
        """Return the node above."""
        parent = self.node.data_parent
        return None if parent is None or parent.kind == "root" else CsNode(parent)

    def is_leaf(self) -> bool:
        """Whether this is a leaf."""
        return self.node.kind == "leaf"

    def is_empty_leaf(self) -> bool:
        """Whether this is a leaf of type empty."""
        return self.node.is_empty_leaf

    def is_non_empty_leaf(self) -> bool:
        """Whether this is a leaf of another type than empty."""
        return self.is_leaf() and not self.is_empty_leaf()

    def is_leaf_list(self) -> bool:
        """Whether this is a leaf-list."""
        return self.node.kind == "leaf-list"

    def is_list(self) -> bool:
        """Whether this is a list."""
        return self.node.kind == "list"

    def is_container(self) -> bool:
        """Whether this is a container."""
        return self.node.kind == "container"

    def is_p_container(self) -> bool:
        """Whether this is a presence container."""
        return self.is_container() and self.node.is_presence

    def is_np_container(self) -> bool:
        """Whether this is a container without presence."""
        return self.is_container() and not self.node.is_presence

    def is_action(self) -> bool:
        """Whether this is an action or rpc."""
        return self.node.kind in ("action", "rpc")

    def is_action_param(self) -> bool:
        """Whether this is an action's input."""
        return self.node.kind == "input"

    def is_action_result(self) -> bool:
        """Whether this is an action's output."""
        return self.node.kind == "output"

    def is_key(self) -> bool:
        """Whether this is a key of its list."""
        return self.node.is_key

    def is_oper(self) -> bool:
        """Whether this is not configuration."""
        return not self.node.is_config

    def is_writable(self) -> bool:
        """Whether this is configuration."""
        return self.node.is_config

    def is_leafref(self) -> bool:
        """Whether this is a leaf of type leafref."""
        return self.node.kind in ("leaf", "leaf-list") and self.node.type["b"] == "leafref"

    def is_union(self) -> bool:
        """Whether this is a leaf of type union."""
        return self.node.kind in ("leaf", "leaf-list") and self.node.type["b"] == "union"

    def is_mount_point(self) -> bool:
        """Whether another schema is mounted here."""
        return False

    def bit_positions(self) -> list[tuple[str, int]]:
        """Return the names and positions of a leaf of type bits."""
        return [(name, position) for name, position in _types.resolved(self.node.type).get("e", ())]

    def has_servicepoint(self) -> bool:
        """Whether a service hangs here."""
        return "sp" in self.node.fields


def schema() -> Schema:
    """Return the schema of the host."""
    return host().schema


def loaded_schema() -> Optional[Schema]:
    """Return the schema of the host, or `None` in a process that has no host."""
    return host().schema if is_reachable() else None


def find(start: Optional[CsNode], path: str) -> Optional[CsNode]:
    """Return the schema node that a keypath names, from `start` if it is relative."""
    parsed = parse(path)
    node = schema().root if start is None or parsed.is_absolute else start.node
    for step in parsed.steps:
        below = node.data_parent if step.name == ".." else node.child(step.name)
        if below is None:
            return None
        node = below
    return None if node.kind == "root" else CsNode(node)


def type_of(schema_type: Any) -> _types.Type:
    """Return the type that the low-level API names by a node, a type or a namespace with a keypath."""
    if isinstance(schema_type, CsType):
        return schema_type.type
    if isinstance(schema_type, CsNode):
        return schema_type.node.type
    node = find(None, str(schema_type[1]))
    if node is None:
        raise Error(f"{schema_type[1]}: there is no such node", _C["ERR_BADPATH"])
    return node.node.type


def text_to_value(text: str, schema_type: Any) -> Value:
    """Return the value that text stands for."""
    type_ = type_of(schema_type)
    try:
        return _types.to_value(_types.parse(text, type_), type_)
    except _types.BadValue as refusal:
        raise Error(str(refusal), _C["ERR_BADTYPE"]) from None


class _Names:
    """Every name of a schema by its hash; made when the first hash is asked for."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.by_hash: dict[int, str] = {}
        for module in schema.modules:
            self.by_hash[name_hash(module.namespace)] = module.namespace
        for node in schema.all_nodes():
            if node.kind != "root":
                self.by_hash.setdefault(name_hash(node.name), node.name)


_names: list[_Names] = []


def name_of(number: int) -> Optional[str]:
    """Return the name that a hash stands for."""
    current = loaded_schema()
    if current is None:
        return None
    if not _names or _names[0].schema is not current:
        _names[:] = [_Names(current)]
    return _names[0].by_hash.get(number)


def tag_of(name: str) -> int:
    """Return the hash of a name of the schema; 0 if the schema does not have it."""
    current = loaded_schema()
    return name_hash(name) if current is not None and current.contains_name(name) else 0


def root_of(namespace: int) -> Optional[CsNode]:
    """Return the first top-level node of a namespace."""
    return next((CsNode(node) for node in schema().root.data_children if node.tag.ns == namespace), None)


def child_of(parent: CsNode, tag: XmlTag) -> Optional[CsNode]:
    """Return the child with this tag."""
    return next((CsNode(node) for node in parent.node.data_children if node.tag == tag), None)
