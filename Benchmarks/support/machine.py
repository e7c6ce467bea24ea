"""What the figures were measured on and with."""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess
import time
from collections.abc import Mapping

from support.hosts import ROOT


def describe(peers: Mapping[str, str]) -> list[str]:
    """Return a line for each thing that a figure depends on."""
    cpus = [line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = cpus[0].partition(":")[2].strip() if cpus else platform.machine()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    load = os.getloadavg()[0]
    return [
        time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        f"{model}, {len(os.sched_getaffinity(0))} processors, {memory:.0f} GiB, load average before {load:.2f}",
        f"Linux {platform.release()}, Python {platform.python_version()}, {_first_line('swift', '--version')}",
        f"Callpoint {_first_line('git', 'describe', '--always', '--dirty')}",
        "peers: " + ", ".join([
            *(f"{name} {version}" for name, version in peers.items()), _first_line("wrk", "-v").partition(" [")[0],
        ]),
    ]


def _first_line(*command: str) -> str:
    """Return the first line that a command prints."""
    outcome = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return (outcome.stdout.splitlines() or [""])[0]
