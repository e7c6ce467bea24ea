"""A request with 200 bytes of JSON in and out through one worker, beside the peers and the floor."""

from __future__ import annotations

from support.figures import Figure, best, ratios
from support.hosts import EXAMPLES, host
from support.native import action
from support.plot import Bar, bars
from support.setting import Setting

TITLE = "1. No-op: 200 bytes of JSON in and out"
IN_FLIGHT = (1, 8, 64)
#: As JSON, 200 bytes.
PAYLOAD = {"text": "x" * 189}


def measure_socket(setting: Setting, socket: str) -> dict[str, float]:
    """Measure what answers the requests at a socket."""
    requests = [action("/bench:a/echo", PAYLOAD)]
    setting.warm_up(socket, requests)
    samples = {in_flight: setting.load(socket, requests, in_flight) for in_flight in IN_FLIGHT}
    return {"p50": samples[1].p50} | {str(in_flight): sample.throughput for in_flight, sample in samples.items()}


def measure_callpoint(setting: Setting) -> dict[str, float]:
    """Measure the echo action through one worker, and the one without input and output."""
    with host(setting.tool, EXAMPLES / "bench") as running:
        found = measure_socket(setting, running.socket_path)
        empty = [action("/bench:a/noop")]
        return found | {
            f"empty {in_flight}": setting.load(running.socket_path, empty, in_flight).throughput
            for in_flight in IN_FLIGHT
        }


def measure_relay(setting: Setting, loop: str) -> dict[str, float]:
    """Measure the relay with a loop."""
    with setting.native.relay(setting.directory, loop) as socket:
        return measure_socket(setting, socket)


def measure_peer(setting: Setting, name: str) -> dict[str, float]:
    """Measure a peer with one worker and with two."""
    found = {}
    with setting.peer(name) as peer:
        for workers in (1, 2):
            peer.measure("echo", PAYLOAD, workers, 8, 0.2)
            for in_flight in IN_FLIGHT:
                sample = peer.measure("echo", PAYLOAD, workers, in_flight, setting.seconds)
                found[f"{workers}×{in_flight}"] = sample.throughput
                if (workers, in_flight) == (1, 1):
                    found["p50"] = sample.p50
    return found


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    measured = setting.alternate({
        "Callpoint": lambda: measure_callpoint(setting),
        "C relay": lambda: measure_relay(setting, "bare"),
        "limit": lambda: measure_relay(setting, "callback"),
        **{name: lambda name=name: measure_peer(setting, name) for name in setting.peers.names},
    })
    ours, floor, limit = (measured.pop(name) for name in ("Callpoint", "C relay", "limit"))
    for in_flight in IN_FLIGHT:
        report.add(f"Callpoint, one worker, {in_flight} in flight", ours[str(in_flight)], "/s")
        report.add(f"Callpoint, nothing in and out, {in_flight} in flight", ours[f"empty {in_flight}"], "/s")
        report.add(f"the C relay with a bare loop, {in_flight} in flight", floor[str(in_flight)], "/s")
        report.add(f"the C relay with a loop that calls a callback, {in_flight} in flight", limit[str(in_flight)], "/s")
        for name, values in measured.items():
            for workers in (1, 2):
                text = "one worker" if workers == 1 else "two workers"
                report.add(f"{name}, {text}, {in_flight} in flight", values[f"{workers}×{in_flight}"], "/s")
    report.add("Callpoint, 1 in flight: median latency", ours["p50"], "µs")
    report.add("the C relay, 1 in flight: median latency", floor["p50"], "µs")
    report.add("the C relay that calls a callback, 1 in flight: median latency", limit["p50"], "µs")
    for name, values in measured.items():
        report.add(f"{name}, one worker, 1 in flight: median latency", values["p50"], "µs")
    peers = []
    for name, values in measured.items():
        candidates = {f"{workers}×64": values[f"{workers}×64"] for workers in (1, 2)}
        chosen = candidates[best(candidates)]
        peers.append(Figure(name, tuple(chosen), "/s"))
        report.add(f"no-op, 64 in flight: to {name}", ratios(ours["64"], chosen), "×")
    report.add("no-op, 64 in flight: to the C relay", ratios(ours["64"], floor["64"]), "×")
    report.add("no-op, 1 in flight: median latency to the C relay", ratios(ours["p50"], floor["p50"]), "×")
    report.add("the limit: the C relay that calls a callback, 64 in flight: to the C relay",
               ratios(limit["64"], floor["64"]), "×")
    report.add("the limit: the C relay that calls a callback, 1 in flight: median latency to the C relay",
               ratios(limit["p50"], floor["p50"]), "×")
    report.draw("no-op.svg", bars("200 bytes of JSON in and out, 64 in flight: requests a second", [
        Bar(Figure("Callpoint, one worker", tuple(ours["64"]), "/s"), "ours"),
        *(Bar(peer) for peer in sorted(peers, key=lambda peer: -peer.median)),
        Bar(Figure("floor: C relay, bare loop", tuple(floor["64"]), "/s"), "floor"),
    ]))
