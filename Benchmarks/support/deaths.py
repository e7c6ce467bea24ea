"""How long processes take to go after a SIGKILL, and to be replaced."""

from __future__ import annotations

import math
import os
import pathlib
import select
import signal
import subprocess
import time

from support import processes
from support.control import control
from support.hosts import Host


def milliseconds_until_all_are_gone(parent: subprocess.Popen, limit: float) -> float:
    """Kill a process and return when the last one below it had ended.

    What is left after so many seconds is killed too; then the time is infinite.
    """
    ends = select.poll()
    left = {os.pidfd_open(process.pid) for process in processes.below(parent.pid)}
    for descriptor in left:
        ends.register(descriptor, select.POLLIN)
    started = time.monotonic()
    parent.kill()
    taken = 0.0
    while left:
        ended = ends.poll(max(0, limit - taken) * 1000)
        taken = time.monotonic() - started
        if not ended:
            break
        for descriptor, _ in ended:
            ends.unregister(descriptor)
            os.close(descriptor)
            left.remove(descriptor)
    for descriptor in left:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)
    parent.wait()
    return math.inf if left else taken * 1000


def milliseconds_until_replaced(running: Host, path: str, worker: int) -> float:
    """Kill the worker that serves the action and return when the next one had answered a request.

    The request is made once the host has lost the worker, so that it is not one that was lost.
    """
    with control(running.socket_path) as client:
        descriptor = os.pidfd_open(worker)
        end = select.poll()
        end.register(descriptor, select.POLLIN)
        os.kill(worker, signal.SIGKILL)
        started = time.monotonic()
        end.poll(10_000)
        os.close(descriptor)
        client.ask("action", path=path)
        return (time.monotonic() - started) * 1000


def verify_cleanup(tool: pathlib.Path, rounds: int) -> str:
    """Run `callpoint verify-cleanup` and return its table; a process that survives ends the benchmark."""
    outcome = subprocess.run(
        [str(tool), "verify-cleanup", "--rounds", str(rounds)], stdout=subprocess.PIPE, text=True, check=False)
    if outcome.returncode != 0:
        raise SystemExit(outcome.stdout)
    return outcome.stdout.split("\n\n", 1)[1].rstrip()
