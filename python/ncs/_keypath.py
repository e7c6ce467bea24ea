"""Keypaths: from text to schema nodes and keys, and back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, Optional

from _ncs._tables import NCS as _C
from _ncs._values import HKeypathRef
from _ncs.error import Error

_NAME = re.compile(r"[^/{}\[\]\s]+")
#: Other blanks than these are characters of a key like any other; the host does not quote them.
_BLANK = " \\t\\r\\n"
_KEY = re.compile(rf'[{_BLANK}]*(?:"((?:[^"\\]|\\.)*)"|([^{_BLANK}"{{}}]+))', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Step(NamedTuple):
    """One name of a keypath, with the entry's keys where there are some."""

    name: str
    keys: Optional[tuple[str, ...]]


class ParsedPath(NamedTuple):
    """A keypath's steps, and whether it starts at the root."""

    steps: tuple[Step, ...]
    is_absolute: bool


def bad_path(path: str, why: str) -> Error:
    """Return the error for a path that cannot be used."""
    return Error(f"{path}: {why}", _C["ERR_BADPATH"])


@lru_cache(maxsize=1024)
def parse(path: str) -> ParsedPath:
    """Take a keypath apart.

    Raises:
        Error: the text is not a keypath; the number is that of a bad path.
    """
    steps: list[Step] = []
    position = 0
    is_absolute = path.startswith("/")
    if is_absolute:
        position = 1
    while position < len(path):
        match = _NAME.match(path, position)
        if not match:
            raise bad_path(path, f"expected a name at column {position + 1}")
        position = match.end()
        keys: tuple[str, ...] | None = None
        if position < len(path) and path[position] == "{":
            keys, position = _parse_keys(path, position + 1)
        steps.append(Step(match.group(), keys))
        if position < len(path):
            if path[position] != "/":
                raise bad_path(path, f"expected '/' at column {position + 1}")
            position += 1
    return ParsedPath(tuple(steps), is_absolute)


def _parse_keys(path: str, position: int) -> tuple[tuple[str, ...], int]:
    keys: list[str] = []
    while True:
        match = _KEY.match(path, position)
        if not match:
            break
        quoted, plain = match.groups()
        keys.append(plain if quoted is None else _ESCAPE.sub(r"\1", quoted))
        position = match.end()
    end = path.find("}", position)
    if end < 0 or path[position:end].strip(" \t\r\n"):
        raise bad_path(path, f"the keys that end at column {position + 1} are not closed by '}}'")
    return tuple(keys), end + 1


def text_of(path: object) -> str:
    """Return the keypath that a string, a keypath object or a node stands for."""
    if isinstance(path, (str, HKeypathRef)):
        return str(path)
    own = getattr(path, "_path", None)
    if isinstance(own, str):
        return own
    raise TypeError(f"a path is a string, a HKeypathRef or a node, not {type(path).__name__}")
