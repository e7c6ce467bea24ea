"""Processes as `/proc` shows them: which there are, what they hold."""

from __future__ import annotations

import contextlib
import os
import pathlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    #: When it was started, in ticks since the system was.
    started: int
    parent: int
    state: str
    title: str

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; one that has ended and has not been reaped does not."""
        now = look(self.pid)
        return now is not None and now.started == self.started and now.state not in "ZX"


def look(pid: int) -> Process | None:
    """Return a process, or nothing if there is none with this number."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            stat = file.read()
        with open(f"/proc/{pid}/cmdline") as file:
            title = file.read().replace("\0", " ").strip()
    except (OSError, UnicodeDecodeError):
        return None
    # The name in parentheses may itself hold blanks and parentheses.
    fields = stat[stat.rindex(")") + 2:].split()
    return Process(pid, int(fields[19]), int(fields[1]), fields[0], title)


def below(root: int) -> list[Process]:
    """Return every process below one, parents before their children."""
    children: dict[int, list[Process]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (process := look(int(entry))) is not None:
            children.setdefault(process.parent, []).append(process)
    found = list(children.get(root, []))
    for process in found:
        found += children.get(process.pid, [])
    return found


def with_variable(name: str, value: str) -> list[Process]:
    """Return every living process that has this in its environment, whoever its parent is."""
    found = []
    wanted = f"{name}={value}".encode()
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and int(entry) != os.getpid():
                variables = pathlib.Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
                if wanted in variables and (process := look(int(entry))) is not None and process.state not in "ZX":
                    found.append(process)
    return found


def private_megabytes(pid: int) -> float:
    """Return the memory that only this process holds."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def resident_megabytes(pid: int) -> float:
    """Return the memory that this process has in use, what it shares included."""
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def threads(pid: int) -> int:
    """Return how many threads a process has."""
    return len(os.listdir(f"/proc/{pid}/task"))


def descriptors(pid: int) -> list[str]:
    """Return what each descriptor of a process refers to, such as `pipe:[123]`; none if it is gone."""
    found = []
    with contextlib.suppress(OSError):
        for entry in os.listdir(f"/proc/{pid}/fd"):
            # One may be closed while we look.
            with contextlib.suppress(OSError):
                found.append(os.readlink(f"/proc/{pid}/fd/{entry}"))
    return found
