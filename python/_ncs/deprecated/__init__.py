"""Old names of the low-level API."""

from . import maapi

__all__ = ["maapi"]
