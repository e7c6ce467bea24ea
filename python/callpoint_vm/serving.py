"""What the calling thread serves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from callpoint_vm.endpoint import Endpoint, Served
    from callpoint_vm.wire import Message


class Call:
    """What a thread of an endpoint runs, or ran last."""

    __slots__ = ("endpoint", "request", "served")

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.served: Optional[Served] = None
        self.request: Message = {}


class Serving(threading.local):
    """Set by an endpoint for each of its threads, read by whatever a callback calls."""

    call: Optional[Call] = None

    @property
    def request(self) -> Optional[int]:
        """The id of the request, which is the number of its transaction too."""
        return None if self.call is None else self.call.request.get("id")


current = Serving()
