"""Callbacks that compute for 1 ms and for 20 ms, on one callpoint and on two, beside the peers and bare loops."""

from __future__ import annotations

import concurrent.futures
import subprocess
import sys
import threading

from support.control import control
from support.figures import ratios
from support.hosts import EXAMPLES, host
from support.native import action
from support.peers import BENCHMARKS
from support.setting import Setting

TITLE = "2. CPU: callbacks that compute, 16 in flight"
#: So that nobody waits for work, and none is left to do for long when the time is over.
IN_FLIGHT = 16


def durations(setting: Setting) -> tuple[int, ...]:
    """Return for how many milliseconds the callbacks compute."""
    return (1,) if setting.quick else (1, 20)


def parameters(milliseconds: int) -> dict:
    """Return what asks for so much computing."""
    return {"microseconds": milliseconds * 1000}


def measure_callpoint(setting: Setting, example: str, callpoints: str, options: list[str]) -> dict[str, float]:
    """Measure the burn action of these callpoints of an example."""
    found = {}
    with host(setting.tool, EXAMPLES / example, options=options) as running:
        for milliseconds in durations(setting):
            requests = [action(f"/bench:{name}/burn", parameters(milliseconds)) for name in callpoints]
            setting.warm_up(running.socket_path, requests)
            found[str(milliseconds)] = setting.load(running.socket_path, requests, IN_FLIGHT).throughput
    return found


def measure_loops(setting: Setting, count: int) -> dict[str, float]:
    """Measure so many bare loops side by side."""
    found = {}
    for milliseconds in durations(setting):
        command = [sys.executable, "-m", "support.tasks", "burn", str(milliseconds * 1000), str(setting.seconds)]
        loops = [
            subprocess.Popen(command, cwd=BENCHMARKS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]
        for loop in loops:
            assert loop.stdout is not None
            loop.stdout.readline()
        for loop in loops:
            assert loop.stdin is not None
            print(file=loop.stdin, flush=True)
        found[str(milliseconds)] = sum(float(loop.communicate()[0]) for loop in loops)
    return found


def measure_relays(setting: Setting) -> dict[str, float]:
    """Measure two relays with a loop each side by side, each with half of the requests on their way."""
    found = {}
    with setting.native.relay(setting.directory, "burn", "one") as one, \
            setting.native.relay(setting.directory, "burn", "other") as other, \
            concurrent.futures.ThreadPoolExecutor(2) as clients:
        for milliseconds in durations(setting):
            requests = [action("/bench:a/burn", parameters(milliseconds))]
            samples = clients.map(lambda socket: setting.load(socket, requests, IN_FLIGHT // 2), (one, other))
            found[str(milliseconds)] = sum(sample.throughput for sample in samples)
    return found


def measure_peer(setting: Setting, name: str, workers: int) -> dict[str, float]:
    """Measure a peer with so many workers."""
    found = {}
    with setting.peer(name) as peer:
        for milliseconds in durations(setting):
            peer.measure("burn", parameters(milliseconds), workers, IN_FLIGHT, 0.2)
            sample = peer.measure("burn", parameters(milliseconds), workers, IN_FLIGHT, setting.seconds)
            found[str(milliseconds)] = sample.throughput
    return found


def measure_quick_action(setting: Setting) -> dict[str, float]:
    """Measure a quick action on one callpoint while the other computes, in one VM."""
    with host(setting.tool, EXAMPLES / "threading" / "bench") as running, control(running.socket_path) as client:
        quick = [action("/bench:b/noop")]
        setting.warm_up(running.socket_path, quick)
        burn = threading.Thread(
            target=client.ask, args=["action"], kwargs={"path": "/bench:a/burn", "input": {"microseconds": 1_000_000}})
        burn.start()
        sample = setting.native.load(running.socket_path, quick, 1, 0.8)
        burn.join()
    return {"p50": sample.p50 / 1000, "p99": sample.p99 / 1000}


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    ours = {
        "threading, one callpoint": ("threading/bench", "a", []),
        "threading, two callpoints": ("threading/bench", "ab", []),
        "multiprocessing, one callpoint": ("bench", "a", []),
        "multiprocessing, one callpoint with two workers": ("bench", "a", ["--workers", "bench-a=2"]),
        "multiprocessing, two callpoints": ("bench", "ab", []),
    }
    measured = setting.alternate({
        **{f"Callpoint, {name}": lambda how=how: measure_callpoint(setting, *how) for name, how in ours.items()},
        "one bare loop": lambda: measure_loops(setting, 1),
        "two bare loops": lambda: measure_loops(setting, 2),
        "two C relays with a bare loop each": lambda: measure_relays(setting),
        **{
            f"{name}, {text}": lambda name=name, workers=workers: measure_peer(setting, name, workers)
            for name in setting.peers.names for workers, text in ((1, "one worker"), (2, "two workers"))
        },
        "beside a burn": lambda: measure_quick_action(setting),
    })
    beside = measured.pop("beside a burn")
    for milliseconds in durations(setting):
        for name, values in measured.items():
            report.add(f"{milliseconds} ms, {name}", values[str(milliseconds)], "/s")
    for milliseconds in durations(setting):
        loops, apart, together = (
            measured[name][str(milliseconds)] for name in (
                "two bare loops", "Callpoint, multiprocessing, two callpoints",
                "Callpoint, multiprocessing, one callpoint with two workers"))
        threads = measured["Callpoint, threading, two callpoints"][str(milliseconds)]
        report.add(f"{milliseconds} ms of CPU, two callpoints: to two bare loops", ratios(apart, loops), "×")
        relays = measured["two C relays with a bare loop each"][str(milliseconds)]
        report.add(f"the limit: {milliseconds} ms of CPU, two C relays: to two bare loops", ratios(relays, loops), "×")
        what = f"{milliseconds} ms of CPU"
        report.add(f"{what}, two workers on one callpoint: to two bare loops", ratios(together, loops), "×")
        report.add(f"{what}, two callpoints: multiprocessing to threading", ratios(apart, threads), "×")
    report.add("a quick action beside a 1 s burn in the same VM, threading: p50", beside["p50"], "ms")
    report.add("a quick action beside a 1 s burn in the same VM, threading: p99", beside["p99"], "ms")
