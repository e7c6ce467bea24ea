"""From the death of the parent to that of the last process below it, beside the peers that have workers."""

from __future__ import annotations

import pathlib
import statistics

from support import numbered
from support.deaths import milliseconds_until_all_are_gone, milliseconds_until_replaced, verify_cleanup
from support.figures import Unfit, counted
from support.hosts import EXAMPLES, host
from support.processes import below
from support.setting import Setting

#: After how many seconds what is left is killed.
LIMIT = 3
TITLE = f"6. Cleanup: the parent is killed, until the last process below it is gone (∞: not in {LIMIT} s)"
WORKERS = (1, 50, 200)
#: Peers that are not measured with 200 workers, nor with 50 where each takes a second to start.
PEER_WORKERS = (1, 50)
#: How often a host is killed in a round, and a worker.
KILLS = 5
REPLACEMENTS = 20


def measure_host(setting: Setting, package: pathlib.Path, kills: int) -> dict[str, float]:
    """Kill hosts, one after the other, each with its guard, VM, template and workers below it."""
    times = []
    for _ in range(kills):
        with host(setting.tool, package) as running:
            times.append(milliseconds_until_all_are_gone(running.process, LIMIT))
    return {"gone": statistics.median(times)}


def measure_peer(setting: Setting, name: str, workers: int) -> dict[str, float]:
    """Kill the process that a user's program, or the server, would be."""
    with setting.peer(name) as peer:
        # As many requests at once as there are workers, as some begin with the first that is for them.
        peer.measure("sleep", {"microseconds": 200_000}, workers, workers, 0.2)
        assert peer.process is not None
        if len(below(peer.process.pid)) < workers:
            raise Unfit(f"it has not started {workers} workers")
        return {"gone": milliseconds_until_all_are_gone(peer.process, LIMIT)}


def measure_replacement(setting: Setting, count: int) -> dict[str, float]:
    """Kill workers, the one after the other."""
    with host(setting.tool, EXAMPLES / "bench") as running:
        # A worker that has answered is replaced at once; of the two only the one that serves the action is killed.
        times = [
            milliseconds_until_replaced(running, "/bench:a/noop", running.worker("bench-a")) for _ in range(count)
        ]
    return {"replaced": sorted(times)[count // 2], "worst": max(times)}


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    counts = WORKERS[:2] if setting.quick else WORKERS
    kills = 1 if setting.quick else KILLS
    # One callpoint alone would be served by threads: the worker is one of two then.
    contenders = {}
    for count in (max(2, count) for count in counts):
        package = numbered.write_numbered(setting.directory, "multiprocessing", count)
        contenders[f"Callpoint, {counted(count, 'worker')}"] = (
            lambda package=package: measure_host(setting, package, kills))
    for name in setting.peers.names:
        for count in PEER_WORKERS[:1] if setting.quick or name == "Ray" else PEER_WORKERS:
            contenders[f"{name}, {counted(count, 'worker')}"] = (
                lambda name=name, count=count: measure_peer(setting, name, count))
    contenders["replaced"] = lambda: measure_replacement(setting, 5 if setting.quick else REPLACEMENTS)
    measured = setting.alternate(contenders)
    replaced = measured.pop("replaced")
    for name, values in measured.items():
        report.add(f"parent killed: {name}", values["gone"], "ms")
    report.add("worker killed: the next has answered, median of a round", replaced["replaced"], "ms")
    report.add("worker killed: the next has answered, worst of a round", replaced["worst"], "ms")
    rounds = 100 if setting.quick else 1000
    report.note(f"callpoint verify-cleanup --rounds {rounds}\n{verify_cleanup(setting.tool, rounds)}")
