"""What a forked child must not keep: our links and pipes.

Children are made by us (template, workers) and by user code (``os.fork``, ``multiprocessing``, a ``Manager``). Each
would hold our descriptors open, and with them the end of file that tells us that somebody is gone. Nothing is closed by
number: a Python object that still owned the number would later close a descriptor that is not its own.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

#: References, and not a ``WeakSet``: what its Python code touches would be memory of each child's own.
_private: set[weakref.ref[Any]] = set()


def close_in_children(resource: Any) -> None:
    """Calls ``resource.close_after_fork()`` in every child that this process forks from now on."""
    _private.add(weakref.ref(resource, _private.discard))


def _close() -> None:
    inherited = list(_private)
    # What a resource makes anew for this process is for the children of this process to close.
    _private.clear()
    for reference in inherited:
        resource = reference()
        if resource is not None:
            resource.close_after_fork()


os.register_at_fork(after_in_child=_close)
