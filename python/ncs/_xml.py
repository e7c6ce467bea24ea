"""Writing configuration that is given as XML."""

from __future__ import annotations

from xml.etree import ElementTree

from _ncs._tables import NCS as _C
from _ncs.error import Error

from . import _types
from ._keypath import bad_path
from ._place import Place
from ._schema import SchemaNode


def write_xml(place: Place, xml: str) -> None:
    """Write a document whose root element is the node at `place`."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise Error(f"{place.shown_path}: the XML does not parse: {error}", _C["ERR_BADTYPE"]) from None
    if not _is_named(root, place.node):
        raise bad_path(place.shown_path, f"the document's root element is {root.tag}")
    if place.node.has_existence and (place.node.kind != "list" or place.key is not None):
        place.create()
    _write_children(place, root)


def _is_named(element: ElementTree.Element, node: SchemaNode) -> bool:
    namespace = node.module.namespace if node.module else ""
    return element.tag == f"{{{namespace}}}{node.name}"


def _write_children(place: Place, parent: ElementTree.Element) -> None:
    for element in parent:
        node = next((child for child in place.node.data_children if _is_named(element, child)), None)
        if node is None:
            raise bad_path(place.shown_path, f"there is no {element.tag} in it")
        _write_element(place, node, element)


def _write_element(place: Place, node: SchemaNode, element: ElementTree.Element) -> None:
    below = place.down(node)
    if node.kind == "list":
        texts = [_key_element(element, leaf, below).text or "" for leaf in node.keys]
        below = below.entry(tuple(texts))
        below.create()
        _write_children(below, element)
    elif node.kind == "container":
        if node.is_presence:
            below.create()
        _write_children(below, element)
    elif node.is_empty_leaf:
        below.create_leaf()
    elif node.kind == "leaf-list":
        below.add_value(_data(below, element))
    elif node.kind == "leaf" and not (place.key is not None and node.name in place.node.key_names):
        below.set(_data(below, element))


def _key_element(element: ElementTree.Element, leaf: SchemaNode, place: Place) -> ElementTree.Element:
    for child in element:
        if _is_named(child, leaf):
            return child
    raise bad_path(place.path, f"an entry lacks its key {leaf.name}")


def _data(place: Place, element: ElementTree.Element) -> object:
    try:
        return _types.parse(element.text or "", place.node.type)
    except _types.BadValue as refusal:
        raise _types.bad_type(place.path, refusal) from None
