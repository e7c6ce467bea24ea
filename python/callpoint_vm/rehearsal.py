"""What workers do at their first requests, done once before they are forked.

Whatever Python does for the first time, it writes: it adapts code to its use, fills caches, makes objects. A worker
shares what its template has written, and needs about a megabyte less of its own.
"""

from __future__ import annotations

import logging
import os
import threading

from callpoint_vm import api, threads
from callpoint_vm.callpoint import Callpoint
from callpoint_vm.endpoint import WORDS, Endpoint
from callpoint_vm.wire import line

#: Python takes its time to believe that code is used often.
_ROUNDS = 10


def rehearse() -> None:
    """Serves callbacks of our own on an endpoint of our own; leaves no thread and no descriptor."""
    name = threading.current_thread().name
    log = logging.getLogger("callpoint")
    with api.on_stage(_ROUNDS) as (registrations, requests):
        (taken, given), (read, written), (control, commands) = os.pipe(), os.pipe(), os.pipe()
        page = os.memfd_create("callpoint-rehearsal")
        os.ftruncate(page, WORDS * 8)
        # All requests and all replies fit into their pipes.
        os.write(given, b"".join(map(line, requests)))
        os.close(given)
        os.close(commands)
        callpoints = {number: Callpoint(number, "", "", one, log) for number, one in enumerate(registrations)}
        endpoint = Endpoint([taken, written, control, page], callpoints, on_end=_nothing, on_stop=_nothing)
        endpoint.run()
        # The thread on the control pipe finds its end, too; the pipe must stay open until then.
        assert endpoint.obeys is not None
        endpoint.obeys.join()
        threads.others()
        endpoint.close_after_fork()
        os.close(read)
    threading.current_thread().name = name


def _nothing() -> None:
    pass
