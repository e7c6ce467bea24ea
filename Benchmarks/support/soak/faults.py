"""Kills processes below a host, one after the other, as a seed says."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections import Counter

from support import processes
from support.processes import Process
from support.soak.model import CALM

#: What is killed how often, relative to the others.
ROLES = {"guard": 3, "VM": 15, "template": 17, "worker": 65}
SIGNALS = {signal.SIGKILL: 65, signal.SIGSTOP: 20, signal.SIGSEGV: 8, signal.SIGABRT: 7}


def role(process: Process, host: int, tree: dict[int, Process]) -> tuple[str, str]:
    """Return what a process is and the VM it belongs to."""
    if process.parent == host:
        return "guard", ""
    parent = tree.get(process.parent)
    if parent is None:
        return "other", ""
    if parent.parent == host:
        words = process.title.split()
        # Between fork and exec it still has its parent's title.
        return ("VM", words[words.index("-i") + 1]) if "-i" in words else ("other", "")
    words = process.title.split()
    if words[:1] != ["callpoint:"]:
        return "other", ""
    return ("template" if words[-1] == "template" else "worker"), words[1]


class Faults:
    """Chooses victims."""

    def __init__(self, seed: str, host: int) -> None:
        self._random = random.Random(seed)
        self._host = host
        self._stopped: list[tuple[float, Process]] = []
        self.kills: Counter[str] = Counter()
        #: When the guard was killed, which costs every VM its processes.
        self.guard_deaths: list[float] = []

    def strike(self, now: float) -> str:
        """Send a random signal to a random process, and say what was done."""
        tree = {process.pid: process for process in processes.below(self._host)}
        wanted = self._random.choices(list(ROLES), list(ROLES.values()))[0]
        number = self._random.choices(list(SIGNALS), list(SIGNALS.values()))[0]
        victims = []
        for process in tree.values():
            kind, vm = role(process, self._host, tree)
            if kind == wanted and vm != CALM and process.state not in "ZX":
                victims.append((kind, vm, process))
        # Drawn in any case, so that the next draws are the same whatever was there.
        luck, pause = self._random.random(), self._random.uniform(0.1, 2.5)
        if not victims:
            return ""
        kind, vm, process = victims[int(luck * len(victims))]
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        if number == signal.SIGSTOP:
            self._stopped.append((now + pause, process))
        elif kind == "guard":
            self.guard_deaths.append(now)
        name = f"{kind} {number.name}"
        self.kills[name] += 1
        return f"{name} {vm} {process.pid}".replace("  ", " ")

    def resume(self, now: float) -> None:
        """Let go on what has been stopped for long enough."""
        due = [process for time, process in self._stopped if time <= now]
        self._stopped = [(time, process) for time, process in self._stopped if time > now]
        for process in due:
            if process.is_alive:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)

    def resume_all(self) -> None:
        """Let everything go on."""
        self.resume(float("inf"))
