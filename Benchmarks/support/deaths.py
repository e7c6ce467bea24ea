"""How long processes take to go after a SIGKILL, and to be replaced."""

from __future__ import annotations

import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterable

from support.hosts import Host


def _watch(pids: Iterable[int]) -> select.poll:
    """Return what tells the ends of processes; its descriptors are those of the processes."""
    ends = select.poll()
    for pid in pids:
        ends.register(os.pidfd_open(pid), select.POLLIN)
    return ends


def milliseconds_until_workers_are_gone(running: Host) -> float:
    """Kill the host and return when the last of its workers had ended."""
    workers = running.workers()
    ends, left = _watch(workers), len(workers)
    started = time.monotonic()
    running.process.kill()
    while left:
        for descriptor, _ in ends.poll(10_000):
            ends.unregister(descriptor)
            os.close(descriptor)
            left -= 1
    taken = time.monotonic() - started
    running.process.wait()
    return taken * 1000


def milliseconds_until_replaced(running: Host, path: str, worker: int) -> float:
    """Kill the worker that serves the action and return when the next one had answered a request.

    The request is made once the host has lost the worker, so that it is not one that was lost.
    """
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as answers:
        connection.connect(running.socket_path)
        ends = _watch([worker])
        os.kill(worker, signal.SIGKILL)
        started = time.monotonic()
        [(descriptor, _)] = ends.poll(10_000)
        os.close(descriptor)
        request = {"jsonrpc": "2.0", "id": 1, "method": "action", "params": {"path": path}}
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(answers.readline())
        taken = time.monotonic() - started
    if "error" in answer:
        raise SystemExit(f"a request after the death of a worker failed: {answer}")
    return taken * 1000


def verify_cleanup(tool: pathlib.Path, rounds: int) -> str:
    """Run `callpoint verify-cleanup` and return its table; a process that survives ends the benchmark."""
    outcome = subprocess.run(
        [str(tool), "verify-cleanup", "--rounds", str(rounds)], stdout=subprocess.PIPE, text=True, check=False)
    if outcome.returncode != 0:
        raise SystemExit(outcome.stdout)
    return outcome.stdout.split("\n\n", 1)[1].rstrip()
