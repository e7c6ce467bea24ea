"""Drives a peer as its users would, from a process of its own: a pool of workers, and so many requests on their way.

usage: python -m support.driver pool|executor|loky|ray

Every line of standard input is an order, `{"workers", "task", "request", "inFlight", "seconds"}`; the answer says the
throughput and latencies in microseconds, of all requests until the last answer. The workers stay from one order to the
next if their number does.
"""

from __future__ import annotations

import collections
import concurrent.futures
import json
import multiprocessing
import os
import queue
import sys
import tempfile
import time
from collections.abc import Callable

from support.tasks import TASKS

#: What is called when a request has been answered: with a function that returns the answer or raises.
Answered = Callable[[Callable[[], object]], None]


class Pool:
    """`multiprocessing.Pool`."""

    def __init__(self, workers: int) -> None:
        self._pool = multiprocessing.Pool(workers)

    def submit(self, task: str, request: dict, answered: Answered) -> None:
        def failed(error: BaseException) -> None:
            def answer() -> None:
                raise error
            answered(answer)

        self._pool.apply_async(
            TASKS[task], (request,), callback=lambda value: answered(lambda: value), error_callback=failed)

    def close(self) -> None:
        self._pool.terminate()
        self._pool.join()


class Executor:
    """What has the interface of `concurrent.futures`."""

    def __init__(self, executor: concurrent.futures.Executor) -> None:
        self._executor = executor

    def submit(self, task: str, request: dict, answered: Answered) -> None:
        self._executor.submit(TASKS[task], request).add_done_callback(lambda future: answered(future.result))

    def close(self) -> None:
        self._executor.shutdown()


def loky(workers: int) -> Executor:
    from loky import ProcessPoolExecutor

    return Executor(ProcessPoolExecutor(workers))


def drive(pool: Pool | Executor, order: dict) -> list[float]:
    """Carry out an order, and return the latencies."""
    task, request, seconds = order["task"], order["request"], order["seconds"]
    done: queue.SimpleQueue[tuple[float, Callable[[], object]]] = queue.SimpleQueue()

    def submit() -> None:
        sent = time.perf_counter()
        pool.submit(task, request, lambda answer: done.put((sent, answer)))

    latencies = []
    end = time.perf_counter() + seconds
    for _ in range(order["inFlight"]):
        submit()
    waiting = order["inFlight"]
    while waiting:
        sent, answer = done.get()
        answer()
        now = time.perf_counter()
        latencies.append(now - sent)
        if now < end:
            submit()
        else:
            waiting -= 1
    return latencies


class Ray:
    """Ray actors, asked in turn; the answers are fetched in the order of the requests, which costs Ray the least."""

    def __init__(self) -> None:
        import ray

        self._ray = ray
        ray.init(num_cpus=os.cpu_count(), include_dashboard=False, log_to_driver=False, _temp_dir=tempfile.gettempdir())
        self._actors: list = []

    def use(self, workers: int) -> None:
        """Have so many actors."""
        class Actor:
            def run(self, task: str, request: dict) -> dict:
                return TASKS[task](request)

        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = [self._ray.remote(num_cpus=0)(Actor).remote() for _ in range(workers)]
        self._ray.get([actor.run.remote("echo", {}) for actor in self._actors])

    def drive(self, order: dict) -> list[float]:
        """Carry out an order, and return the latencies."""
        task, request = order["task"], order["request"]
        pending: collections.deque = collections.deque()
        turn = 0

        def submit() -> None:
            nonlocal turn
            actor = self._actors[turn % len(self._actors)]
            turn += 1
            pending.append((time.perf_counter(), actor.run.remote(task, request)))

        latencies = []
        end = time.perf_counter() + order["seconds"]
        for _ in range(order["inFlight"]):
            submit()
        while pending:
            sent, reference = pending.popleft()
            self._ray.get(reference)
            now = time.perf_counter()
            latencies.append(now - sent)
            if now < end:
                submit()
        return latencies

    def close(self) -> None:
        self._ray.shutdown()


class Pools:
    """The pools of one kind, one at a time."""

    def __init__(self, make: Callable[[int], Pool | Executor]) -> None:
        self._make = make
        self._pool: Pool | Executor | None = None

    def use(self, workers: int) -> None:
        """Have a pool of so many workers."""
        self.close()
        self._pool = self._make(workers)

    def drive(self, order: dict) -> list[float]:
        assert self._pool is not None
        return drive(self._pool, order)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()


PEERS: dict[str, Callable[[], Pools | Ray]] = {
    "pool": lambda: Pools(Pool),
    "executor": lambda: Pools(lambda workers: Executor(concurrent.futures.ProcessPoolExecutor(workers))),
    "loky": lambda: Pools(loky),
    "ray": Ray,
}


def main() -> None:
    # What a peer prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    peer = PEERS[sys.argv[1]]()
    workers = 0
    for line in sys.stdin:
        order = json.loads(line)
        if order["workers"] != workers:
            workers = order["workers"]
            peer.use(workers)
        started = time.perf_counter()
        latencies = sorted(peer.drive(order))
        elapsed, count = time.perf_counter() - started, len(latencies)
        answer = {
            name: latencies[min(count - 1, int(count * part))] * 1e6
            for name, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))
        }
        print(json.dumps({"throughput": count / elapsed, **answer}), file=answers, flush=True)
    peer.close()


if __name__ == "__main__":
    main()
