"""What was asked, what was answered, what ran, and what that proves."""

from __future__ import annotations

import bisect
import pathlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

#: What a key has that nobody has written.
ABSENT = None

#: A time after the end.
NEVER = float("inf")

Key = tuple[str, str, str]

#: How any callback may end that was well meant, while processes are killed.
LOSSES = frozenset({"worker-lost", "unavailable", "timeout", "busy"})

#: Outcomes that say that no callback of an action was started.
UNSTARTED = frozenset({"unavailable", "busy", "too-large", "invalid-path", "invalid-value", "invalid-request"})


@dataclass
class Request:
    """A request and how it ended."""

    number: int
    #: What it does, such as `quick`.
    kind: str
    vm: str
    client: int
    sent: float
    #: The outcomes that are right: `result` or kinds of error.
    allowed: frozenset[str]
    #: What the text of a `callback-error` must contain.
    failure: str = ""
    #: What it writes if it succeeds: a number, or nothing for a deletion.
    writes: tuple[Key, int | None] | None = None
    #: What it reads.
    reads: Key | None = None
    #: When it must have had its answer.
    deadline: float = NEVER
    #: `result`, a kind of error, `abandoned` for one whose client went away, or nothing yet.
    outcome: str | None = None
    answered: float = NEVER


class Registers:
    """Checks what was read against what was written, while many read and write at once.

    A key is a register. What a read found must have been written by somebody who began before the read was over, was
    not refused, and was not followed, before the read began, by a whole other write that succeeded.
    """

    def __init__(self) -> None:
        self._writes: dict[Key, list[Request]] = defaultdict(list)
        self._reads: list[tuple[Key, int | None, float, float]] = []

    def wrote(self, request: Request) -> None:
        """Take note of a request that is to write."""
        assert request.writes is not None
        self._writes[request.writes[0]].append(request)

    def read(self, key: Key, value: int | None, begun: float, ended: float) -> None:
        """Take note of what was found."""
        self._reads.append((key, value, begun, ended))

    @property
    def keys(self) -> Iterable[Key]:
        """Every key that somebody wanted to write."""
        return self._writes.keys()

    def violations(self) -> list[str]:
        """Return what was read and cannot have been, and forget what was read."""
        replaced: dict[Key, dict[int | None, list[tuple[float, float]]]] = {}
        found = []
        for key, value, begun, ended in self._reads:
            if key not in replaced:
                replaced[key] = self._intervals(key)
            if not any(start <= ended and begun <= end for start, end in replaced[key].get(value, [])):
                found.append(f"{'/'.join(key)} was read as {value} at {begun:.3f}…{ended:.3f}: {self._why(key, value)}")
        self._reads.clear()
        return found

    def _intervals(self, key: Key) -> dict[int | None, list[tuple[float, float]]]:
        """Return for each value when it may have been there."""
        done = sorted((write.sent, write.answered) for write in self._writes[key] if write.outcome == "result")
        earliest_end: list[float] = [NEVER] * (len(done) + 1)
        for index in range(len(done) - 1, -1, -1):
            earliest_end[index] = min(done[index][1], earliest_end[index + 1])
        starts = [start for start, _ in done]

        def until(answered: float) -> float:
            return earliest_end[bisect.bisect_right(starts, answered)]

        intervals: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
        intervals[ABSENT].append((0, until(0)))
        for write in self._writes[key]:
            assert write.writes is not None
            if write.outcome == "result":
                intervals[write.writes[1]].append((write.sent, until(write.answered)))
            elif _may_have_written(write):
                intervals[write.writes[1]].append((write.sent, NEVER))
        return intervals

    def _why(self, key: Key, value: int | None) -> str:
        for write in self._writes[key]:
            assert write.writes is not None
            if write.writes[1] == value:
                return f"request {write.number} ({write.kind}) ended in {write.outcome} at {write.answered:.3f}"
        return "nobody wrote that"


def _may_have_written(write: Request) -> bool:
    """Whether a request that did not succeed may have written all the same.

    A commit that was refused has not. An action that commits by itself and is lost later has, or not.
    """
    if write.outcome in (None, "abandoned"):
        return True
    return write.kind == "write" and write.outcome not in UNSTARTED


@dataclass
class Runs:
    """What the callbacks recorded."""

    started: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def load(path: pathlib.Path) -> Runs:
        """Read the records."""
        runs = Runs()
        with open(path) as file:
            for text in file:
                mark, run, _, _ = text.split()
                (runs.started if mark == "S" else runs.ended)[run] += 1
        return runs

    def violations(self, requests: list[Request]) -> list[str]:
        """Return every run that contradicts an outcome."""
        found = [f"{run} was started {count} times" for run, count in self.started.items() if count > 1]
        found += [f"{run} ended and never began" for run in self.ended.keys() - self.started.keys()]
        commits: dict[int, list[str]] = defaultdict(list)
        for run in self.started:
            name = run.partition("@")[0]
            number = int(name.strip("cv").partition("+")[0])
            if number >= len(requests):
                found.append(f"{run} ran, and nobody asked for it")
            elif "@" in run:
                commits[number].append(run)
        for request in requests:
            run = str(request.number)
            if request.kind in ("set", "note", "refused-set", "refused-note"):
                if request.outcome == "result" and not any(self.ended[run] for run in commits[request.number]):
                    found.append(f"commit {run} succeeded, and no callback of it ran to its end")
            elif request.outcome == "result" and request.kind in _CALLS and not self.ended[run]:
                found.append(f"{request.kind} {run} has a result, and did not run to its end")
            elif request.outcome in UNSTARTED and run in self.started and request.kind != "overlarge":
                found.append(f"{request.kind} {run} was refused with {request.outcome}, and ran")
        return found


#: The kinds of requests that are one action each and have a result when they succeed.
_CALLS = frozenset({"quick", "compute", "sleep", "nested", "write", "stuck", "large"})
