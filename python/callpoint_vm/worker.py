"""A worker: the process that serves one callpoint in multiprocessing mode."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

from callpoint_vm import logs, parent, title
from callpoint_vm.callpoint import Callpoint
from callpoint_vm.endpoint import Endpoint
from callpoint_vm.leaving import leave


def serve(descriptors: list[int], callpoint: Callpoint, name: str, template: int, armed: bool) -> NoReturn:
    """Runs in the process that the template ``template`` forked a moment ago; never returns."""
    try:
        if armed:
            parent.arm(template)
        else:
            parent.check(template)
        parent.set_subreaper(True)
        # A callback that signals its own process group means itself, and not the VM with all its workers.
        os.setpgid(0, 0)
        _offer_to_oom_killer()
        title.set_title(name)
        _lead_output(descriptors.pop())
        _refresh()

        def stop() -> None:
            callpoint.finish()
            _leave()

        endpoint = Endpoint(descriptors, {callpoint.identifier: callpoint}, on_end=_leave, on_stop=stop)
        endpoint.run()
    except BaseException:
        leave(traceback.format_exc())
    _wait_for_leave()


def _lead_output(log: int) -> None:
    """Has everything that is printed go down a pipe of the worker's own, so that the host knows who printed it."""
    # What the template had printed it has written out.
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _refresh() -> None:
    """Makes this process differ from its twins where it has to. ``random`` has seeded itself already.

    Only what the package imported is touched.
    """
    if "multiprocessing.util" in sys.modules:
        from multiprocessing import process, util

        # Managers and queues of setup() belong to the VM; here there are only ways to reach them.
        process._children = set()  # type: ignore[attr-defined]
        util._finalizer_registry.clear()  # type: ignore[attr-defined]
        util._run_after_forkers()  # type: ignore[attr-defined]
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def _offer_to_oom_killer() -> None:
    """When memory runs out, a worker goes first, and not the VM or the host."""
    try:
        # Not `open()`: what it makes to read text is 0.8 MB in every worker.
        score = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
        try:
            os.write(score, b"%d" % min(int(os.read(score, 16)) + 500, 1000))
        finally:
            os.close(score)
    except OSError:
        # Some sandboxes have no such file; there the kernel chooses by size alone.
        pass


def _leave() -> None:
    logs.flush()
    os._exit(0)


def _wait_for_leave() -> NoReturn:
    """The first thread has nothing more to read; the last callback to finish ends the process."""
    import signal

    while True:
        signal.pause()
