"""How a part of the API that does not work yet says so: at the call, with its name, and never at import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, NoReturn

from .error import Error

ERR_NOT_IMPLEMENTED = 51


def refuse(name: str) -> NoReturn:
    """Raise the error that names what does not work yet."""
    raise Error(f"{name} is not supported by Callpoint yet", ERR_NOT_IMPLEMENTED)


def unsupported(name: str) -> Callable[..., Any]:
    """Return a function that refuses every call."""

    def function(*_arguments: Any, **_keywords: Any) -> NoReturn:
        refuse(f"{name}()")

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    return function


def module_getattr(module: str, functions: Iterable[str]) -> Callable[[str], Any]:
    """Return a module's `__getattr__`: each of `functions` that the module lacks becomes one that refuses."""
    known = frozenset(functions)

    def getattribute(name: str) -> Any:
        if name in known:
            return unsupported(f"{module}.{name}")
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return getattribute
