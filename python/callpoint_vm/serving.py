"""Which request the calling thread serves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from callpoint_vm.endpoint import Endpoint


class Serving(threading.local):
    """Set by an endpoint around each callback, read by whatever the callback calls."""

    request: Optional[int] = None
    endpoint: Optional[Endpoint] = None


current = Serving()
