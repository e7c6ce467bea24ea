"""No-op throughput and the host's memory with many callpoints, with much data, and with long messages."""

from __future__ import annotations

import json
import pathlib
import statistics

from support import numbered
from support.comparisons.noop import PAYLOAD
from support.figures import counted
from support.hosts import host
from support.native import action
from support.processes import private_megabytes
from support.setting import Setting

TITLE = "7. Growth: no-op, 64 in flight"
IN_FLIGHT = 64
#: In multiprocessing mode one callpoint alone would be served by threads.
CALLPOINTS = {"threading": (1, 10, 100, 1000), "multiprocessing": (2, 10, 100, 200)}
ENTRIES = 100_000
#: How often two hosts take turns in a round.
TURNS = 10
SIZES = {"100 B": 100, "1 kB": 1000, "10 kB": 10_000, "100 kB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}


def measure_host(setting: Setting, package: pathlib.Path, options: list[str]) -> dict[str, float]:
    """Measure the first action of a package."""
    requests = [action(numbered.path(0), PAYLOAD)]
    with host(setting.tool, package, options=options) as running:
        setting.warm_up(running.socket_path, requests)
        throughput = setting.load(running.socket_path, requests, IN_FLIGHT).throughput
        return {"throughput": throughput, "memory": private_megabytes(running.process.pid)}


def measure_beside(
    setting: Setting, least: pathlib.Path, most: pathlib.Path, options: list[str]
) -> dict[str, float]:
    """Measure the throughput of a host to that of one with little, the two in turns.

    A shared machine may be twice as fast as a second before: hosts that are measured one after the other would show that.
    """
    requests = [action(numbered.path(0), PAYLOAD)]
    with host(setting.tool, least) as one, host(setting.tool, most, options=options) as other:
        sockets = one.socket_path, other.socket_path
        for socket in sockets:
            setting.warm_up(socket, requests)
        found = []
        for turn in range(TURNS):
            # Who is first changes, so that a machine that gets slower or faster favours nobody.
            order = sockets if turn % 2 else sockets[::-1]
            reached = {
                socket: setting.native.load(socket, requests, IN_FLIGHT, setting.seconds / 4).throughput
                for socket in order
            }
            found.append(reached[sockets[1]] / reached[sockets[0]])
    return {"ratio": statistics.median(found)}


def measure_messages(setting: Setting, package: pathlib.Path) -> dict[str, float]:
    """Measure messages of every size, one at a time, as the milliseconds that an answer takes."""
    found = {}
    with host(setting.tool, package) as running:
        for name, size in SIZES.items():
            requests = [action(numbered.path(0), {"text": "x" * size})]
            setting.native.load(running.socket_path, requests, 1, 0.1)
            found[name] = setting.load(running.socket_path, requests, 1).p50 / 1000
        found["memory"] = private_megabytes(running.process.pid)
    return found


def write_data(path: pathlib.Path, entries: int) -> list[str]:
    """Write a document with so many list entries, and return the options that load it."""
    filler = [{"id": number, "value": f"value {number}"} for number in range(entries)]
    path.write_text(json.dumps({f"{numbered.NAME}:filler": filler}))
    return ["--load", str(path)]


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    packages = {
        f"{counted(count, 'callpoint')}, {model}": numbered.write_numbered(setting.directory, model, count)
        for model, counts in CALLPOINTS.items() for count in (counts[:2] if setting.quick else counts)
    }
    data = write_data(setting.directory / "data.json", ENTRIES)
    least, most = (
        {model: f"{counted(counts[which], 'callpoint')}, {model}" for model, counts in CALLPOINTS.items()}
        for which in (0, 1 if setting.quick else -1)
    )
    small = packages[least["threading"]]
    grown = {f"no-op with {most[model]}: to {few.split(',')[0]}": (packages[few], packages[most[model]], [])
             for model, few in least.items()}
    grown["no-op with 100,000 list entries: to an empty store"] = (small, small, data)
    measured = setting.alternate({
        **{name: lambda package=package: measure_host(setting, package, []) for name, package in packages.items()},
        "100,000 list entries": lambda: measure_host(setting, small, data),
        **{name: lambda pair=pair: measure_beside(setting, *pair) for name, pair in grown.items()},
        "messages": lambda: measure_messages(setting, packages[least["multiprocessing"]]),
    })
    messages = measured.pop("messages")
    beside = {name: measured.pop(name)["ratio"] for name in grown}
    for name, values in measured.items():
        report.add(f"{name}: throughput", values["throughput"], "/s")
        report.add(f"{name}: private memory of the host", values["memory"], "MB")
    for name in SIZES:
        report.add(f"a message of {name} and back, 1 in flight, multiprocessing", messages[name], "ms")
    report.add("after messages of up to 10 MB: private memory of the host", messages["memory"], "MB")
    report.add("messages of 10 MB: time to 10 times that of 1 MB", [
        long / (10 * short) for long, short in zip(messages["10 MB"], messages["1 MB"])
    ], "×")
    for name, values in beside.items():
        report.add(name, values, "×")
