"""What the calling thread serves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from callpoint_vm.endpoint import Endpoint, Served
    from callpoint_vm.wire import Message


class Call(NamedTuple):
    """A request that a thread runs."""

    endpoint: Endpoint
    served: Served
    request: Message


class Serving(threading.local):
    """Set by an endpoint around each callback, read by whatever the callback calls."""

    call: Optional[Call] = None

    @property
    def request(self) -> Optional[int]:
        """The id of the request, which is the number of its transaction too."""
        return None if self.call is None else self.call.request["id"]


current = Serving()
