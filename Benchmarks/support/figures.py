"""Figures: values of several rounds with their median and spread, and what is said of them."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """What one thing came to in every round."""

    name: str
    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        return f"{number(self.median)} {self.unit} ({number(low)} … {number(high)})"


def number(value: float) -> str:
    """Return a value with three digits at least."""
    if math.isinf(value):
        return "∞"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def counted(count: int, noun: str) -> str:
    """Return how many there are of something, in words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ratios(these: Sequence[float], those: Sequence[float]) -> list[float]:
    """Return how these relate to those, round by round: what slows the machine for a while slows both."""
    if len(these) != len(those):
        raise ValueError("the figures are not of the same rounds")
    return [this / that for this, that in zip(these, those)]


def best(candidates: Mapping[str, Sequence[float]]) -> str:
    """Return the name of the candidate with the greatest median."""
    return max(candidates, key=lambda name: statistics.median(candidates[name]))


class Unfit(Exception):
    """A contender that cannot be measured, and why."""


#: The values of each contender's figures, by the names of both.
Measured = dict[str, dict[str, list[float]]]


def alternate(
    contenders: Mapping[str, Callable[[], Mapping[str, float]]], rounds: int, unfit: Callable[[str, Unfit], None],
) -> Measured:
    """Measure every contender once a round, in another order each time.

    One that turns out to be unfit is told of and left out from then on, its values included.
    """
    measured: Measured = {name: {} for name in contenders}
    for turn in range(rounds):
        for name in random.Random(turn).sample(list(contenders), len(contenders)):
            if name not in measured:
                continue
            try:
                for figure, value in contenders[name]().items():
                    measured[name].setdefault(figure, []).append(value)
            except Unfit as problem:
                unfit(name, problem)
                del measured[name]
    return measured


@dataclass(frozen=True)
class Target:
    """What a figure is to reach; `name` is that of the figure."""

    name: str
    wanted: float
    unit: str
    at_most: bool = False

    def is_reached(self, figure: Figure) -> bool:
        return figure.median <= self.wanted if self.at_most else figure.median >= self.wanted

    def __str__(self) -> str:
        return f"at {'most' if self.at_most else 'least'} {self.wanted:g} {self.unit}"


@dataclass
class Report:
    """Everything that was measured, in the order in which it was; figures are printed as they come."""

    sections: dict[str, list[Figure]] = field(default_factory=dict)
    #: Text that stands below the figures of a comparison, by its title.
    notes: dict[str, str] = field(default_factory=dict)
    #: Pictures that stand below a comparison, by its title: the name of the file, and its text.
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: What could not be measured.
    missing: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        """Begin a comparison."""
        self.sections[title] = []
        print(f"\n{title}", flush=True)

    def add(self, name: str, values: Sequence[float], unit: str) -> None:
        """Add a figure to the comparison that was begun last."""
        figure = Figure(name, tuple(values), unit)
        list(self.sections.values())[-1].append(figure)
        print(f"  {name:<72} {figure}", flush=True)

    def note(self, text: str) -> None:
        """Add a table of another program to the comparison that was begun last."""
        self.notes[list(self.sections)[-1]] = text
        print(f"\n{text}", flush=True)

    def draw(self, name: str, picture: str) -> None:
        """Add a picture, a file with this name, to the comparison that was begun last."""
        self.pictures[list(self.sections)[-1]] = (name, picture)

    def lack(self, what: str) -> None:
        """Note that something cannot be measured."""
        self.missing.append(what)
        print(f"  MISSING: {what}", flush=True)

    def figure(self, name: str) -> Figure | None:
        """Return the figure with this name."""
        return next((figure for figures in self.sections.values() for figure in figures if figure.name == name), None)

    def verdicts(self, targets: Sequence[Target]) -> list[tuple[str, str, str, str]]:
        """Return for every target its name, what is wanted, what was reached, and whether that is enough."""
        found = []
        for target in targets:
            figure = self.figure(target.name)
            reached, verdict = ("not measured", "?") if figure is None else (
                str(figure), "yes" if target.is_reached(figure) else "no")
            found.append((target.name, str(target), reached, verdict))
        return found

    def markdown(self, targets: Sequence[Target]) -> str:
        """Return the tables of all figures and targets."""
        lines = ["## What to reach", "", "| figure | wanted | median (lowest … highest) | reached |"]
        lines.append("|---|---|---|---|")
        lines += [f"| {' | '.join(verdict)} |" for verdict in self.verdicts(targets)]
        for title, figures in self.sections.items():
            lines += ["", f"## {title}", "", "| figure | median | lowest | highest | |", "|---|--:|--:|--:|---|"]
            for each in figures:
                columns = (number(value) for value in (each.median, min(each.values), max(each.values)))
                lines.append(f"| {each.name} | {' | '.join(columns)} | {each.unit} |")
            if title in self.pictures:
                lines += ["", f"![{title}]({self.pictures[title][0]})"]
            if title in self.notes:
                lines += ["", "```", self.notes[title], "```"]
        if self.missing:
            lines += ["", "## What is missing", "", *(f"- {what}" for what in self.missing)]
        return "\n".join(lines) + "\n"
