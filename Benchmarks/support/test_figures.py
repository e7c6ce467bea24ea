"""What is said of figures follows from their values."""

from __future__ import annotations

import contextlib
import io
import math
import unittest

from support.figures import Figure, Report, Target, Unfit, alternate, best, counted, number, ratios
from support.targets import TARGETS


class FigureTest(unittest.TestCase):
    def test_the_median_is_not_moved_by_one_odd_round(self) -> None:
        self.assertEqual(Figure("", (3, 1, 2, 900, 2.5), "s").median, 2.5)
        self.assertEqual(Figure("", (1, 2), "s").median, 1.5)

    def test_the_spread_stands_beside_the_median(self) -> None:
        self.assertEqual(str(Figure("", (1500, 12.345, 2), "/s")), "12.3 /s (2.00 … 1,500)")

    def test_a_value_has_three_digits(self) -> None:
        self.assertEqual([number(value) for value in (0.123, 9.876, 98.76, 987.6, 98765.4)],
                         ["0.12", "9.88", "98.8", "988", "98,765"])

    def test_one_is_not_many(self) -> None:
        self.assertEqual([counted(1, "worker"), counted(1000, "worker")], ["1 worker", "1,000 workers"])

    def test_what_never_came_is_infinite_and_not_forgotten(self) -> None:
        self.assertEqual(str(Figure("", (3, math.inf, math.inf), "ms")), "∞ ms (3.00 … ∞)")

    def test_a_ratio_is_that_of_values_of_the_same_round(self) -> None:
        # The machine was half as fast in the second round, for both.
        self.assertEqual(ratios([8, 4, 8], [2, 1, 4]), [4, 4, 2])
        with self.assertRaises(ValueError):
            ratios([1, 2], [1])

    def test_the_best_of_candidates_is_that_of_the_greatest_median(self) -> None:
        self.assertEqual(best({"one": [1, 1, 100], "two": [2, 2, 2]}), "two")


class RoundsTest(unittest.TestCase):
    def test_each_contender_is_measured_once_a_round_in_changing_order(self) -> None:
        seen: list[str] = []

        def contender(name: str) -> dict[str, float]:
            seen.append(name)
            return {"calls": len(seen)}

        names = ["a", "b", "c", "d"]
        measured = alternate({name: lambda name=name: contender(name) for name in names}, 6, self.fail)
        rounds = [seen[start:start + 4] for start in range(0, 24, 4)]
        self.assertTrue(all(sorted(each) == names for each in rounds))
        self.assertGreater(len({tuple(each) for each in rounds}), 1)
        self.assertTrue(all(len(measured[name]["calls"]) == 6 for name in names))

    def test_a_contender_that_is_unfit_is_told_of_once_and_has_no_figures(self) -> None:
        calls: list[int] = []

        def failing() -> dict[str, float]:
            calls.append(1)
            if len(calls) == 2:
                raise Unfit("broken")
            return {"figure": 1}

        told: list[str] = []
        measured = alternate(
            {"bad": failing, "good": lambda: {"figure": 1}}, 4, lambda name, problem: told.append(f"{name}: {problem}"))
        self.assertEqual(told, ["bad: broken"])
        self.assertEqual(measured, {"good": {"figure": [1, 1, 1, 1]}})
        self.assertEqual(len(calls), 2)


class ReportTest(unittest.TestCase):
    def report(self, values: list[float]) -> Report:
        report = Report()
        with contextlib.redirect_stdout(io.StringIO()):
            report.section("first")
            report.add("ratio", values, "×")
        return report

    def verdict(self, target: Target, values: list[float]) -> str:
        [(_, _, _, verdict)] = self.report(values).verdicts([target])
        return verdict

    def test_a_target_is_reached_by_the_median(self) -> None:
        self.assertEqual(self.verdict(Target("ratio", 4, "×"), [3, 4, 5]), "yes")
        self.assertEqual(self.verdict(Target("ratio", 4, "×"), [3, 3.9, 9]), "no")
        self.assertEqual(self.verdict(Target("ratio", 4, "×", at_most=True), [3, 4, 5]), "yes")
        self.assertEqual(self.verdict(Target("ratio", 4, "×", at_most=True), [3, 4.1, 5]), "no")

    def test_a_target_whose_figure_is_not_there_has_no_verdict(self) -> None:
        self.assertEqual(self.verdict(Target("other", 4, "×"), [9]), "?")

    def test_the_tables_name_targets_figures_and_what_is_missing(self) -> None:
        report = self.report([1, 2, 3])
        with contextlib.redirect_stdout(io.StringIO()):
            report.lack("Ray cannot be installed")
        report.draw("ratio.svg", "<svg/>")
        text = report.markdown([Target("ratio", 4, "×")])
        self.assertIn("| ratio | at least 4 × | 2.00 × (1.00 … 3.00) | no |", text)
        self.assertIn("| ratio | 2.00 | 1.00 | 3.00 | × |", text)
        self.assertIn("](ratio.svg)", text)
        self.assertIn("- Ray cannot be installed", text)

    def test_no_target_is_there_twice(self) -> None:
        self.assertEqual(len({target.name for target in TARGETS}), len(TARGETS))


if __name__ == "__main__":
    unittest.main()
