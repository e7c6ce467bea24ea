"""The text of list keys inside a keypath."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NEEDS_QUOTES = re.compile(r'[\s"\'{}\\]')
_ESCAPED = re.compile(r'(["\\])')


def quote_key(text: str) -> str:
    """Return a key value as it stands between braces, in double quotes if it has to be."""
    if text.isalnum() or (text and not _NEEDS_QUOTES.search(text)):
        return text
    return '"' + _ESCAPED.sub(r"\\\1", text) + '"'


def key_text(values: Iterable[str]) -> str:
    """Return all key values of an entry with their braces: `{ce0 1}`."""
    return "{" + " ".join([quote_key(text) for text in values]) + "}"
