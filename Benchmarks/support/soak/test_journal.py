"""The soak's checks find what they are there to find."""

from __future__ import annotations

import pathlib
import tempfile
import unittest

from support.soak.journal import Registers, Request, Runs
from support.soak.model import inconsistencies

KEY = ("forks", "job", "0-1")


def write(number: int, sent: float, answered: float, outcome: str, kind: str = "set", deletes: bool = False) -> Request:
    return Request(
        number, kind, "forks", 0, sent, frozenset(), writes=(KEY, None if deletes else number), outcome=outcome,
        answered=answered)


def read(registers: Registers, value: int | None, begun: float, ended: float) -> list[str]:
    registers.read(KEY, value, begun, ended)
    return registers.violations()


class RegistersTest(unittest.TestCase):
    def registers(self, *writes: Request) -> Registers:
        registers = Registers()
        for each in writes:
            registers.wrote(each)
        return registers

    def test_what_was_written_last_is_read(self) -> None:
        registers = self.registers(write(1, 1, 2, "result"), write(2, 3, 4, "result"))
        self.assertEqual(read(registers, 2, 5, 6), [])
        self.assertEqual(read(registers, 1, 3, 3.5), [])
        self.assertEqual(len(read(registers, 1, 5, 6)), 1)
        self.assertEqual(len(read(registers, None, 5, 6)), 1)

    def test_nothing_is_read_before_it_is_written(self) -> None:
        registers = self.registers(write(1, 3, 4, "result"))
        self.assertEqual(read(registers, None, 1, 2), [])
        self.assertEqual(len(read(registers, 1, 1, 2)), 1)

    def test_of_two_writes_at_once_either_may_be_the_last(self) -> None:
        registers = self.registers(write(1, 1, 4, "result"), write(2, 2, 3, "result"))
        self.assertEqual(read(registers, 1, 5, 6), [])
        self.assertEqual(read(registers, 2, 5, 6), [])

    def test_what_was_refused_is_never_read(self) -> None:
        registers = self.registers(write(1, 1, 2, "worker-lost"))
        self.assertEqual(len(read(registers, 1, 3, 4)), 1)

    def test_what_a_lost_action_committed_may_be_read(self) -> None:
        registers = self.registers(write(1, 1, 2, "worker-lost", kind="write"))
        self.assertEqual(read(registers, 1, 3, 4), [])
        self.assertEqual(read(registers, None, 3, 4), [])

    def test_what_an_abandoned_commit_wrote_may_be_read(self) -> None:
        registers = self.registers(write(1, 1, 2, "abandoned"))
        self.assertEqual(read(registers, 1, 3, 4), [])

    def test_what_was_deleted_is_absent(self) -> None:
        registers = self.registers(write(1, 1, 2, "result"), write(2, 3, 4, "result", deletes=True))
        self.assertEqual(read(registers, None, 5, 6), [])
        self.assertEqual(len(read(registers, 1, 5, 6)), 1)

    def test_a_value_of_nobody_is_found(self) -> None:
        self.assertEqual(len(read(self.registers(), 7, 1, 2)), 1)


class RunsTest(unittest.TestCase):
    def violations(self, records: str, *requests: Request) -> list[str]:
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "records")
            path.write_text("".join(f"{record} 1 0.5\n" for record in records.split(",") if record))
            return Runs.load(path).violations(list(requests))

    def action(self, outcome: str) -> Request:
        return Request(0, "quick", "forks", 0, 1, frozenset(), outcome=outcome, answered=2)

    def test_one_run_for_a_result_is_right(self) -> None:
        self.assertEqual(self.violations("S 0,E 0", self.action("result")), [])

    def test_a_second_run_is_found(self) -> None:
        self.assertEqual(len(self.violations("S 0,S 0,E 0", self.action("result"))), 1)

    def test_a_result_without_a_run_is_found(self) -> None:
        self.assertEqual(len(self.violations("S 0", self.action("result"))), 1)

    def test_a_run_of_what_was_refused_is_found(self) -> None:
        self.assertEqual(len(self.violations("S 0", self.action("busy"))), 1)

    def test_a_run_of_nobody_is_found(self) -> None:
        self.assertEqual(len(self.violations("S 0,E 0,S 7", self.action("result"))), 1)

    def test_a_commit_that_was_tried_again_runs_under_other_numbers(self) -> None:
        self.assertEqual(self.violations("S c0@5,S c0@6,E c0@6", write(0, 1, 2, "result")), [])
        self.assertEqual(len(self.violations("S c0@5,S c0@5,E c0@5", write(0, 1, 2, "result"))), 1)


class DocumentTest(unittest.TestCase):
    def document(self) -> dict:
        return {"forks:forks": {
            "job": [{"name": "a", "n": 1, "pool": 2}], "config": [{"name": "a", "n": 1}],
            "pool": [{"id": 2, "slot": [{"number": 0, "owner": "a"}]}],
        }}

    def test_what_services_wrote_is_consistent(self) -> None:
        self.assertEqual(inconsistencies("forks", self.document()), [])
        self.assertEqual(inconsistencies("forks", {}), [])

    def test_a_configuration_of_another_commit_is_found(self) -> None:
        document = self.document()
        document["forks:forks"]["config"][0]["n"] = 2
        self.assertEqual(len(inconsistencies("forks", document)), 1)

    def test_what_a_deleted_job_left_is_found(self) -> None:
        document = self.document()
        del document["forks:forks"]["job"]
        self.assertEqual(len(inconsistencies("forks", document)), 2)

    def test_two_owners_of_what_one_may_have_are_found(self) -> None:
        document = self.document()
        document["forks:forks"]["pool"][0]["slot"].append({"number": 1, "owner": "a"})
        self.assertEqual(len(inconsistencies("forks", document)), 1)


if __name__ == "__main__":
    unittest.main()
