"""A callback that sleeps for 50 ms, 64 in flight on one callpoint."""

from __future__ import annotations

from support.figures import ratios
from support.hosts import EXAMPLES, host
from support.native import action
from support.setting import Setting

TITLE = "3. Blocking: a callback that sleeps 50 ms, 64 in flight on one callpoint"
PARAMETERS = {"microseconds": 50_000}
IN_FLIGHT = 64
IDEAL = IN_FLIGHT / 0.05


def measure_callpoint(setting: Setting, example: str) -> dict[str, float]:
    """Measure the sleep action of one callpoint."""
    requests = [action("/bench:a/sleep", PARAMETERS)]
    with host(setting.tool, EXAMPLES / example) as running:
        setting.native.load(running.socket_path, requests, IN_FLIGHT, 0.2)
        return {"throughput": setting.load(running.socket_path, requests, IN_FLIGHT).throughput}


def measure_peer(setting: Setting, name: str) -> dict[str, float]:
    """Measure a peer with two workers."""
    with setting.peer(name) as peer:
        peer.measure("sleep", PARAMETERS, 2, IN_FLIGHT, 0.2)
        return {"throughput": peer.measure("sleep", PARAMETERS, 2, IN_FLIGHT, setting.seconds).throughput}


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    measured = setting.alternate({
        "Callpoint, threading": lambda: measure_callpoint(setting, "threading/bench"),
        "Callpoint, multiprocessing, one worker": lambda: measure_callpoint(setting, "bench"),
        **{f"{name}, two workers": lambda name=name: measure_peer(setting, name) for name in setting.peers.names},
    })
    for name, values in measured.items():
        report.add(name, values["throughput"], "/s")
    for mode in ("threading", "multiprocessing, one worker"):
        reached = measured[f"Callpoint, {mode}"]["throughput"]
        report.add(f"a 50 ms sleep, 64 in flight, {mode}: to 64 / 50 ms", ratios(reached, [IDEAL] * len(reached)), "×")
