"""The schema file, mapped: node objects are built when they are first visited.

`ARCHITECTURE.md`, 'The schema file', has the format.
"""

from __future__ import annotations

import json
import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable

from _ncs._tables import NCS as _C
from _ncs._values import XmlTag
from _ncs.error import Error

from . import _types

_WORD = struct.Struct("<Q")
_POINT = re.compile(rb'"[as]p":("(?:[^"\\]|\\.)*")')
_STRING = {"b": "string"}
_INTERIOR = frozenset({"root", "container", "list", "choice", "case", "action", "rpc", "input", "output"})


def python_name(name: str) -> str:
    """Return a YANG name as a Python attribute: `-` and `.` become `_`."""
    return name.replace("-", "_").replace(".", "_")


@dataclass(frozen=True)
class Module:
    """One YANG module of the schema."""

    name: str
    prefix: str
    namespace: str
    revision: str


class SchemaNode:
    """One node of the schema; an interior node reads its line when it is first asked about itself."""

    __slots__ = (
        "_children", "_data_children", "_fields", "_keeps_given_order", "_keys", "_line", "_names", "_tag", "_taker",
        "has_value", "is_in_choice", "is_key", "is_qualified", "kind", "member", "module", "name", "params_class", "parent",
        "qualified", "reader", "schema", "step", "type",
    )  # fmt: skip

    def __init__(
        self, schema: Schema, parent: SchemaNode | None, brief: dict[str, Any], line: int | None = None
    ) -> None:
        self.schema = schema
        #: The schema node above, choices and cases included; `None` for the root.
        self.parent = parent
        self.name: str = brief["n"]
        self.kind: str = brief["k"]
        self.module: Module | None = schema.modules[brief["m"]] if "m" in brief else None
        #: The name of this node's member in a tree where the module has to be said.
        self.qualified = f"{self.module.name}:{self.name}" if self.module else self.name
        above = self.data_parent
        #: Whether this node's name carries its module in a tree and in a keypath.
        self.is_qualified = above is None or above.module is not self.module
        #: The name of this node's member in a tree.
        self.member = self.qualified if self.is_qualified else self.name
        #: What stands for this node between the slashes of a keypath, keys left out.
        self.step = f"{self.prefix}:{self.name}" if self.is_qualified else self.name
        #: Whether this is a member of a choice, or of a case.
        self.is_in_choice = parent is not above
        #: Whether this is a key of the list that holds it.
        self.is_key = parent is not None and parent.kind == "list" and self.name in parent.key_names
        #: The type of a leaf or leaf-list.
        self.type: dict[str, Any] = brief.get("t", _STRING)
        #: Whether this is a leaf of another type than empty.
        self.has_value = self.kind == "leaf" and self.type["b"] != "empty"
        #: What makes a value of this type what a package sees, once somebody has read one.
        self.reader: Callable[[Any], Any] | None = None
        self._taker: Callable[[Any], Any] | None = None
        #: Of the input or output of an action: the class of its nodes, once one was made.
        self.params_class: Any = None
        self._line = line
        self._fields: dict[str, Any] | None = brief if line is None else None
        self._children: list[SchemaNode] | None = None
        self._data_children: list[SchemaNode] | None = None
        self._names: dict[str, SchemaNode] | None = None
        self._tag: XmlTag | None = None
        self._keys: list[SchemaNode] | None = None
        self._keeps_given_order: bool | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.qualified or '/'}>"

    @property
    def fields(self) -> dict[str, Any]:
        """The members of this node's object in the schema file."""
        if self._fields is None:
            self._fields = self.schema.line(self._line or 0)
        return self._fields

    @property
    def children(self) -> list[SchemaNode]:
        """The schema children in order, choices included."""
        if self._children is None:
            module = self.schema.modules.index(self.module) if self.module else None
            children = []
            for brief in self.fields.get("c", ()) if self.kind in _INTERIOR else ():
                if "ref" in brief and not {"n", "k"} <= brief.keys():
                    brief = {**self.schema.line(brief["ref"]), "ref": brief["ref"]}
                if "m" not in brief and module is not None:
                    brief = {**brief, "m": module}
                children.append(SchemaNode(self.schema, self, brief, brief.get("ref")))
            self._children = children
        return self._children

    @property
    def data_children(self) -> list[SchemaNode]:
        """The children as the data sees them: what stands in choices is shown in their place."""
        if self._data_children is None:
            found: list[SchemaNode] = []
            for child in self.children:
                found.extend(child.data_children if child.kind in ("choice", "case") else (child,))
            self._data_children = found
        return self._data_children

    def choices(self) -> Iterator[SchemaNode]:
        """Yield the choices whose members are data children of this node, nested ones after theirs."""
        for child in self.children:
            if child.kind == "choice":
                yield child
                yield from child.choices()
            elif child.kind == "case":
                yield from child.choices()

    @property
    def names(self) -> dict[str, SchemaNode]:
        """All spellings of the children: YANG and Python names, bare or with prefix or module name.

        Where a bare name stands for more than one child the first one has it.
        """
        if self._names is None:
            members = [*self.data_children, *self.choices()]
            names: dict[str, SchemaNode] = {}
            for qualify in (lambda m: m.name, lambda m: m.prefix):
                for child in members:
                    if child.module:
                        names.setdefault(f"{qualify(child.module)}:{child.name}", child)
                        names.setdefault(f"{python_name(qualify(child.module))}__{python_name(child.name)}", child)
            for child in members:
                names.setdefault(child.name, child)
            for child in members:
                names.setdefault(python_name(child.name), child)
            self._names = names
        return self._names

    @property
    def data_parent(self) -> SchemaNode | None:
        """The nearest node above that data has."""
        node = self.parent
        while node is not None and node.kind in ("choice", "case"):
            node = node.parent
        return node

    @property
    def prefix(self) -> str:
        """The module's prefix."""
        return self.module.prefix if self.module else ""

    @property
    def keys(self) -> list[SchemaNode]:
        """The key leafs of a list."""
        keys = self._keys
        if keys is None:
            keys = self._keys = [self.names[name] for name in self.key_names]
        return keys

    @property
    def key_names(self) -> list[str]:
        """The names of a list's keys."""
        return self.fields.get("keys", [])

    @property
    def defaults(self) -> list[Any]:
        """The default values, as text."""
        return self.fields.get("def", [])

    @property
    def is_presence(self) -> bool:
        """Whether a container means something by existing."""
        return bool(self.fields.get("pres"))

    @property
    def is_mandatory(self) -> bool:
        """Whether a value must be given."""
        return bool(self.fields.get("mand"))

    @property
    def is_ordered_by_user(self) -> bool:
        """Whether the order of entries is the user's."""
        return bool(self.fields.get("user"))

    @property
    def is_config(self) -> bool:
        """Whether the node is configuration; parameters of actions are not."""
        return not self.is_parameter and all(node.fields.get("cfg") is not False for node in self._upwards())

    @property
    def is_parameter(self) -> bool:
        """Whether the node belongs to the input or output of an action."""
        return any(node.kind in ("input", "output") for node in self._upwards())

    def _upwards(self) -> Iterator[SchemaNode]:
        node: SchemaNode | None = self
        while node is not None and node.kind != "root":
            yield node
            node = node.parent

    @property
    def keeps_given_order(self) -> bool:
        """Whether values or entries stay as they were put, instead of being sorted."""
        if self._keeps_given_order is None:
            if self.kind == "list":
                is_given = not self.key_names or self.is_parameter
            else:
                is_given = not self.is_config
            self._keeps_given_order = is_given or self.is_ordered_by_user
        return self._keeps_given_order

    @property
    def is_empty_leaf(self) -> bool:
        """Whether this is a leaf of type empty."""
        return self.kind == "leaf" and self.type.get("b") == "empty"

    @property
    def has_existence(self) -> bool:
        """Whether data says if the node exists: a list entry or a presence container."""
        return self.kind == "list" or (self.kind == "container" and self.is_presence)

    @property
    def tag(self) -> XmlTag:
        """The tag that keypaths show."""
        if self._tag is None:
            self._tag = XmlTag.of(self.name, self.prefix, self.module.namespace if self.module else "")
        return self._tag

    @property
    def take(self) -> Callable[[Any], Any]:
        """What returns the data that a Python value stands for at this leaf or leaf-list, or raises `BadValue`."""
        if self._taker is None:
            self._taker = _types.taker_of(self.type)
        return self._taker

    def look_up(self) -> None:
        """Build now what a look at this node and at those above it would build."""
        node: SchemaNode | None = self
        while node is not None:
            node.child("")
            node = node.parent

    def child(self, name: str) -> SchemaNode | None:
        """Return the child that `name` spells."""
        return (self._names or self.names).get(name)


class Schema:
    """A mapped schema file."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        """Read a schema from memory.

        Raises:
            Error: the bytes are not a schema file of a format that this program knows.
        """
        size = len(data)
        if size < 16:
            raise Error("the schema file is cut short", _C["ERR_INTERNAL"])
        count, self._table = struct.unpack("<QQ", data[size - 16 :])
        if count < 2 or self._table + 8 * count + 16 != size:
            raise Error("the schema file's table of lines does not fit the file", _C["ERR_INTERNAL"])
        self._data = data
        self._count = count
        #: The lines of the nodes with an actionpoint or servicepoint, by its name; made when somebody asks.
        self._points: dict[str, list[int]] | None = None
        header = self.line(0)
        if header.get("format") != 1:
            raise Error(f"the schema file has format {header.get('format')}, not 1", _C["ERR_INTERNAL"])
        self.modules = [
            Module(m["name"], m["prefix"], m.get("namespace", ""), m.get("revision", "")) for m in header["modules"]
        ]
        self.root = SchemaNode(self, None, {**self.line(1), "k": "root", "n": ""})

    @classmethod
    def load(cls, path: str) -> Schema:
        """Map the schema file at `path`."""
        with open(path, "rb") as file:
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def line(self, number: int) -> dict[str, Any]:
        """Return the object on line `number`."""
        if not 0 <= number < self._count:
            raise Error(f"the schema file has no line {number}", _C["ERR_INTERNAL"])
        start = _WORD.unpack_from(self._data, self._table + 8 * number)[0]
        last = number + 1 == self._count
        end = self._table if last else _WORD.unpack_from(self._data, self._table + 8 * number + 8)[0]
        return json.loads(self._data[start:end])

    def contains_name(self, name: str) -> bool:
        """Return whether a node or a namespace of the schema has this name."""
        return any(
            self._data.find(f'"{member}":{json.dumps(name)}'.encode()) >= 0 for member in ("n", "namespace", "name")
        )

    def at_point(self, name: str) -> Iterator[SchemaNode]:
        """Yield the nodes that have this actionpoint or servicepoint."""
        if self._points is None:
            self._points = {}
            for found in _POINT.finditer(self._data):
                self._points.setdefault(json.loads(found[1]), []).append(self._number_of(found.start()))
        for number in self._points.get(name, ()):
            yield self._interior(number)

    def _number_of(self, position: int) -> int:
        """Return the number of the line that has this byte of the file."""
        first, last = 0, self._count - 1
        while first < last:
            middle = (first + last + 1) // 2
            if _WORD.unpack_from(self._data, self._table + 8 * middle)[0] <= position:
                first = middle
            else:
                last = middle - 1
        return first

    def _interior(self, number: int) -> SchemaNode:
        """Return the node that has this line to itself."""
        above = self.line(number).get("p")
        if above is None:
            return self.root
        return next(node for node in self._interior(above).children if node._line == number)

    def all_nodes(self) -> Iterator[SchemaNode]:
        """Yield every node of the schema."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children)
