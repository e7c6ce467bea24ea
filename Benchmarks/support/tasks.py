"""What every contender does for a request: the callbacks of the example package `bench`, as plain functions."""

from __future__ import annotations

import sys
import time


def echo(request: dict) -> dict:
    """Return the request."""
    return request


def burn(request: dict) -> dict:
    """Compute for so much time of this thread's own."""
    end = time.thread_time() + request["microseconds"] / 1_000_000
    while time.thread_time() < end:
        sum(range(100))
    return request


def sleep(request: dict) -> dict:
    """Wait."""
    time.sleep(request["microseconds"] / 1_000_000)
    return request


TASKS = {"echo": echo, "burn": burn, "sleep": sleep}


def main() -> None:
    """Wait for a line, then do a task again and again for some seconds and print how often a second that was."""
    task, request, seconds = TASKS[sys.argv[1]], {"microseconds": int(sys.argv[2])}, float(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    count, started = 0, time.monotonic()
    while (elapsed := time.monotonic() - started) < seconds:
        task(request)
        count += 1
    print(count / elapsed)


if __name__ == "__main__":
    main()
