"""The low-level API: values, keypaths, contexts, the schema by hash, and the constants."""

from __future__ import annotations

import sys
from typing import Any, NoReturn, Optional

from . import _tables, _unsupported
from ._contexts import DaemonCtxRef, TransCtxRef, UserInfo
from ._datetime import DateTime
from ._values import HKeypathRef, TagValue, Value, XmlTag

globals().update(_tables.NCS)


def hash2str(hash: int) -> Optional[str]:
    """Return the name that a hash stands for, or `None`."""
    from ncs import _schema_access

    return _schema_access.name_of(hash)


def str2hash(str: str) -> int:
    """Return the hash of a name of the schema, or 0 if the schema does not have it."""
    from ncs import _schema_access

    return _schema_access.tag_of(str)


def get_nslist() -> list[tuple[int, str, str, str, str]]:
    """Return hash, prefix, URI, revision and module of every namespace."""
    from ncs import _schema_access

    from ._hash import name_hash

    schema = _schema_access.loaded_schema()
    modules = schema.modules if schema is not None else []
    return [(name_hash(m.namespace), m.prefix, m.namespace, m.revision, m.name) for m in modules]


def ns2prefix(ns: int) -> Optional[str]:
    """Return the prefix of a namespace, or `None`."""
    return next((prefix for number, prefix, *_ in get_nslist() if number == ns), None)


def cs_node_cd(start: Any, path: str) -> Any:
    """Return the schema node at a keypath, or `None`."""
    from ncs import _schema_access

    return _schema_access.find(start, path)


def find_cs_root(ns: int) -> Any:
    """Return the first top-level schema node of a namespace, or `None`."""
    from ncs import _schema_access

    return _schema_access.root_of(ns)


def find_cs_node(hkeypath: HKeypathRef, len: Optional[int] = None) -> Any:
    """Return the schema node of a keypath, or of its first `len` elements."""
    return cs_node_cd(None, str(hkeypath if len is None else hkeypath.dup_len(len)))


def find_cs_node_child(parent: Any, xmltag: XmlTag) -> Any:
    """Return the child of a schema node, or `None`."""
    from ncs import _schema_access

    return _schema_access.child_of(parent, xmltag)


def get_leaf_list_type(node: Any) -> Any:
    """Return the type of a leaf-list's values."""
    return node.info().type()


def pp_kpath(hkeypath: HKeypathRef) -> str:
    """Return a keypath as text."""
    return str(hkeypath)


def pp_kpath_len(hkeypath: HKeypathRef, len: int) -> str:
    """Return the first `len` elements of a keypath as text."""
    return str(hkeypath.dup_len(len))


def xpath_pp_kpath(hkeypath: HKeypathRef) -> str:
    """Return a keypath as an XPath expression."""
    from ncs import _xpath

    return _xpath.from_keypath(str(hkeypath))


def hkeypath_dup(hkeypath: HKeypathRef) -> HKeypathRef:
    """Return a copy of a keypath."""
    return hkeypath.dup()


def hkeypath_dup_len(hkeypath: HKeypathRef, len: int) -> HKeypathRef:
    """Return a copy of the first `len` elements of a keypath."""
    return hkeypath.dup_len(len)


def hkp_prefix_tagmatch(hkeypath: HKeypathRef, tags: list[XmlTag]) -> bool:
    """Return whether a keypath begins with these tags, keys left out."""
    own = [element for element in reversed(tuple(hkeypath)) if isinstance(element, XmlTag)]
    return own[: len(tags)] == list(tags)


def fatal(str: str) -> NoReturn:
    """Print a message and end the process."""
    print(str, file=sys.stderr)
    sys.exit(1)


def set_debug(level: int, file: Any = None) -> None:
    """Accept a debug level; there is no C library that could write anything."""


def set_kill_child_on_parent_exit() -> bool:
    """Have this process killed when its parent ends; return whether the system can do that."""
    from ncs import util

    return util.set_kill_child_on_parent_exit()


from . import cdb, deprecated, dp, error, events, ha, maapi  # noqa: E402, F401 - they use the names above

__all__ = [
    "DaemonCtxRef", "DateTime", "HKeypathRef", "TagValue", "TransCtxRef", "UserInfo", "Value", "XmlTag",
    "cs_node_cd", "fatal", "find_cs_node", "find_cs_node_child", "find_cs_root", "get_leaf_list_type", "get_nslist",
    "hash2str", "hkeypath_dup", "hkeypath_dup_len", "hkp_prefix_tagmatch", "ns2prefix", "pp_kpath", "pp_kpath_len",
    "set_debug", "set_kill_child_on_parent_exit", "str2hash", "xpath_pp_kpath",
    *_tables.NCS,
]  # fmt: skip

_missing = _unsupported.module_getattr("_ncs", _tables.NCS_FUNCTIONS)


def __getattr__(name: str) -> Any:
    if name in ("CsNode", "CsNodeInfo", "CsType"):
        from ncs import _schema_access

        return getattr(_schema_access, name)
    return _missing(name)
