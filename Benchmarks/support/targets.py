"""What the figures are to reach, on two processors."""

from __future__ import annotations

from support.figures import Target

TARGETS = [
    Target("no-op, 64 in flight: to multiprocessing.Pool", 4, "×"),
    Target("no-op, 64 in flight: to ProcessPoolExecutor", 7, "×"),
    Target("no-op, 64 in flight: to loky", 8, "×"),
    Target("no-op, 64 in flight: to Ray", 20, "×"),
    Target("no-op, 64 in flight: to gunicorn", 8, "×"),
    Target("no-op, 64 in flight: to the C relay", 0.85, "×"),
    Target("no-op, 1 in flight: median latency to the C relay", 1.3, "×", at_most=True),
    Target("1 ms of CPU, two callpoints: to two bare loops", 0.95, "×"),
    Target("1 ms of CPU, two workers on one callpoint: to two bare loops", 0.95, "×"),
    Target("a 50 ms sleep, 64 in flight, threading: to 64 / 50 ms", 0.95, "×"),
    Target("a quick action beside a 1 s burn in the same VM, threading: p50", 2, "ms", at_most=True),
    Target("create and set of one of 1,000 list entries, threading", 15, "µs", at_most=True),
    Target("50 callpoints, multiprocessing: from the end of setup() to ready", 150, "ms", at_most=True),
    Target("private memory of an idle worker", 1.5, "MB", at_most=True),
    Target("private memory of a worker after 1,000 callbacks", 2, "MB", at_most=True),
    Target("parent killed: Callpoint, 50 workers", 50, "ms", at_most=True),
    Target("worker killed: the next has answered, median of a round", 10, "ms", at_most=True),
    Target("no-op with 1,000 callpoints, threading: to 1 callpoint", 0.9, "×"),
    Target("no-op with 200 callpoints, multiprocessing: to 2 callpoints", 0.9, "×"),
    Target("no-op with 100,000 list entries: to an empty store", 0.9, "×"),
]
