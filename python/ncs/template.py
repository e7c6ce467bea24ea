"""Applying configuration templates, and their variables."""

from __future__ import annotations

from typing import Any, Iterable, NoReturn, Optional, Union

from _ncs._unsupported import refuse

from ._xpath import quote
from .maagic import Node, Root
from .maapi import Transaction


class Variables(list):
    """Template variables: pairs of a name and an XPath expression."""

    def __init__(self, init: Optional[Iterable[tuple[str, Any]]] = None) -> None:
        super().__init__()
        if isinstance(init, Variables):
            self.extend(init)
        else:
            for name, value in init or ():
                self.add(name, value)

    def add(self, name: str, value: Any) -> None:
        """Add a variable; its value is quoted, so that it means itself."""
        self.append((name, quote(_text(value))))

    def add_plain(self, name: str, value: Any) -> None:
        """Add a variable with an expression that is quoted already."""
        self.append((name, str(value)))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class Template:
    """Applies templates at a node."""

    def __init__(self, service: Union[Node, Transaction], path: Any = None) -> None:
        """Apply templates at `service`, a node; or at `path` in a transaction."""
        if isinstance(service, Transaction):
            if path is None:
                raise TypeError("Template(transaction) needs the path of a node")
        elif not isinstance(service, Node) or isinstance(service, Root):
            raise TypeError("Template() needs a node other than the root, or a transaction and a path")
        self._node = service
        self._path = path

    def apply(self, name: str, vars: Optional[Variables] = None, flags: int = 0) -> NoReturn:
        """Apply a template by its name."""
        refuse(f"applying a template (Template.apply({name!r}))")
