"""Upgrade components."""

from __future__ import annotations

from typing import Any, Optional


class Upgrade:
    """Base of classes that move data when a package's model changes. Callpoint does not run them yet."""

    def upgrade(self, cdbsock: Any, trans: Any) -> Optional[bool]:
        """Move data; subclasses override this."""
        return True
