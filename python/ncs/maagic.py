"""The data tree as Python objects: attributes for children, items for list entries."""

from __future__ import annotations

from typing import Any, Optional

from _ncs._values import TagValue

from ._action_nodes import Action, ActionParams
from ._backend import host
from ._content import MaagicError, has_content
from ._keypath import text_of
from ._leaf_nodes import EmptyLeaf, Leaf, LeafList, LeafListIterator, NonEmptyLeaf
from ._list_nodes import List, ListIterator
from ._lowlevel import flatten, make_absent, make_present
from ._nodes import (
    BackendError,
    Case,
    Choice,
    Container,
    ListElement,
    Node,
    PresenceContainer,
    Root,
    _Backend,
    _MaapiBackend,
    _MemoryBackend,
    _TransactionBackend,
    content_of,
    make_node,
)
from ._place import Place
from ._pyvalues import Bits, Empty, Enum
from ._schema import python_name
from ._view import View
from ._xml import write_xml
from .maapi import Maapi, Transaction

__all__ = [
    "Action", "ActionParams", "BackendError", "Bits", "Case", "Choice", "Container", "Empty", "EmptyLeaf", "Enum",
    "Leaf", "LeafList", "LeafListIterator", "List", "ListElement", "ListIterator", "MaagicError", "Node",
    "NonEmptyLeaf", "PresenceContainer", "Root", "as_pyval", "cd", "get_maapi", "get_memory_node",
    "get_memory_root", "get_node", "get_node_path", "get_root", "get_tagvalues", "get_trans", "set_memory_tree",
    "set_values_xml", "shared_set_memory_tree", "shared_set_values_xml",
]  # fmt: skip

NODE_NAME_FULL = 0
NODE_NAME_SHORT = 1
NODE_NAME_PY_FULL = 2
NODE_NAME_PY_SHORT = 3


def _backend_of(source: Any) -> _Backend:
    if isinstance(source, Node):
        return source._backend
    if isinstance(source, Transaction):
        return _TransactionBackend(source.view, source.maapi, source)
    if isinstance(source, Maapi):
        return _MaapiBackend(View(host().schema), source)
    if source is None:
        return _MemoryBackend(View(host().schema))
    raise BackendError(f"a node needs a transaction, a session or another node, not {type(source).__name__}")


def _root_place(backend: _Backend) -> Place:
    place = backend.view.place
    return place if place.node.kind == "root" else View(place.view.schema).place


def get_root(backend: Any = None, shared: bool = False) -> Root:
    """Return the root of a transaction's data; of a session, for actions only; without backend, of an empty tree."""
    behind = _backend_of(backend)
    return Root(behind, _root_place(behind))


def get_node(backend_or_node: Any, path: Any, shared: bool = False) -> Any:
    """Return the node at a keypath; of a leaf, its value. A relative path starts at the node given."""
    behind = _backend_of(backend_or_node)
    start = backend_or_node._place if isinstance(backend_or_node, Node) else None
    text = text_of(path)
    place = _root_place(behind)
    place = place.view.at(text, place if text.startswith("/") else start)
    return _existing(behind, place)


def _existing(backend: _Backend, place: Place) -> Any:
    if place.key is not None and place.node.kind == "list" and not isinstance(backend, _MaapiBackend):
        if not place.exists():
            raise KeyError(f"{place.path} does not exist")
    return content_of(backend, place)


def cd(node: Node, path: Any) -> Any:
    """Return the node at a keypath, which may be relative to `node`."""
    return get_node(node, path)


def get_trans(node_or_trans: Any) -> Transaction:
    """Return the transaction behind a node."""
    if isinstance(node_or_trans, Transaction):
        return node_or_trans
    trans = node_or_trans._backend.trans if isinstance(node_or_trans, Node) else None
    if trans is None:
        raise BackendError("there is no transaction behind this object")
    return trans


def get_maapi(obj: Any) -> Maapi:
    """Return the session behind a node or transaction."""
    if isinstance(obj, Maapi):
        return obj
    maapi = obj._backend.maapi if isinstance(obj, Node) else getattr(obj, "maapi", None)
    if maapi is None:
        raise BackendError("there is no session behind this object")
    return maapi


def get_node_path(node: Any) -> Optional[str]:
    """Return the keypath of a node, by which nodes can be compared."""
    return node._path if isinstance(node, Node) else None


def get_memory_root(backend_or_node: Any = None) -> Root:
    """Return the root of an empty tree in memory."""
    behind = _memory_backend(backend_or_node)
    return Root(behind, behind.view.place)


def get_memory_node(backend_or_node: Any, path: Any) -> Any:
    """Return the node at a keypath of an empty tree in memory; `set_memory_tree` writes what is put in it."""
    behind = _memory_backend(backend_or_node)
    return make_node(behind, behind.view.at(text_of(path)))


def _memory_backend(source: Any) -> _MemoryBackend:
    behind = _backend_of(source)
    return _MemoryBackend(View(behind.view.schema), behind.maapi, behind.trans)


def set_memory_tree(node: Node, trans_obj: Any = None) -> None:
    """Write what was put in a tree in memory, in order."""
    target = get_trans(node if trans_obj is None else trans_obj).view
    source = node._place.view
    source.settle()
    source.let_go()
    for operation, path, *rest in source.writes:
        place = target.at(path)
        if operation == "set":
            place.set(rest[0])
        elif operation == "create":
            make_present(place)
            for leaf, data in zip(rest[::2], rest[1::2]):
                target.at(leaf, place).set(data)
        elif operation == "delete":
            make_absent(place)
        else:
            place.move(rest[0], target.at(rest[1]) if len(rest) > 1 else None)


def shared_set_memory_tree(node: Node, trans_obj: Any = None) -> None:
    """Write what was put in a tree in memory, parts of which other services may write too."""
    set_memory_tree(node, trans_obj)


def set_values_xml(node: Node, xml: str) -> None:
    """Write an XML document whose root element is `node` itself."""
    write_xml(node._place, xml)


def shared_set_values_xml(node: Node, xml: str) -> None:
    """Write an XML document, parts of which other services may write too."""
    write_xml(node._place, xml)


def get_tagvalues(node: Node) -> list[TagValue]:
    """Return what is below a node as a flattened tree."""
    return list(flatten(node._place))


def as_pyval(
    mobj: Any, name_type: int = NODE_NAME_PY_SHORT, include_oper: bool = False, enum_as_string: bool = True
) -> Any:
    """Return plain Python data: lists, dictionaries and values."""
    if isinstance(mobj, Enum):
        return mobj.string if enum_as_string else mobj
    if isinstance(mobj, Bits):
        return mobj.bytearray()
    if not isinstance(mobj, Node):
        return mobj

    def convert(item: Any) -> Any:
        return as_pyval(item, name_type, include_oper, enum_as_string)

    is_data = not isinstance(mobj, ActionParams) and mobj._schema.kind != "root"
    if is_data and not include_oper and mobj._place.view.host is not None and not mobj._schema.is_config:
        return None
    if isinstance(mobj, EmptyLeaf):
        return mobj.exists()
    if isinstance(mobj, (List, LeafList)):
        return [convert(item) for item in mobj]
    if isinstance(mobj, NonEmptyLeaf):
        return convert(mobj.get_value())
    result = {}
    for child in mobj._schema.data_children:
        place = mobj._place.down(child)
        if child.kind in ("action", "rpc") or not (include_oper or not is_data or child.is_config):
            continue
        if has_content(place):
            result[_name(child, name_type)] = convert(content_of(mobj._backend, place))
    return result


def _name(node: Any, name_type: int) -> str:
    if name_type == NODE_NAME_FULL:
        return f"{node.prefix}:{node.name}"
    if name_type == NODE_NAME_PY_FULL:
        return f"{python_name(node.prefix)}__{python_name(node.name)}"
    return node.name if name_type == NODE_NAME_SHORT else python_name(node.name)
