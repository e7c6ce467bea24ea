"""What every comparison has at hand."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from support.figures import Measured, Report, Unfit, alternate
from support.native import Native, Sample
from support.peers import Driven, Gunicorn, Peers

#: How long a contender that was just started works before it is measured.
WARM_UP = 0.2


@dataclass(frozen=True)
class Setting:
    """The tool, the peers, and how long and how often to measure."""

    tool: pathlib.Path
    native: Native
    peers: Peers
    report: Report
    #: For what a comparison writes; no other has the same.
    directory: pathlib.Path
    rounds: int
    #: How long one measurement of a round takes.
    seconds: float
    quick: bool

    def alternate(self, contenders: Mapping[str, Callable[[], Mapping[str, float]]]) -> Measured:
        """Measure the contenders, one after the other in every round; one that cannot be is reported."""
        def unfit(name: str, problem: Unfit) -> None:
            self.report.lack(f"{name}: {problem}")

        return alternate(contenders, self.rounds, unfit)

    def load(self, socket: str, requests: list[str], in_flight: int) -> Sample:
        """Measure what listens at a socket."""
        return self.native.load(socket, requests, in_flight, self.seconds)

    def warm_up(self, socket: str, requests: list[str]) -> None:
        """Let what listens at a socket work before it is measured."""
        self.native.load(socket, requests, 8, WARM_UP)

    @contextlib.contextmanager
    def peer(self, name: str) -> Iterator[Driven | Gunicorn]:
        """Run a peer for the length of a block."""
        running = self.peers.open(name)
        try:
            yield running
        finally:
            running.close()
