"""Ended processes that this one adopted."""

from __future__ import annotations

import os
import subprocess
import time
import unittest
from pathlib import Path

from callpoint_vm.orphans import Orphans
from tests.callpoint_vm.driver import PATIENCE, become_subreaper


def is_remembered(pid: int) -> bool:
    """Whether the process has ended and has not been asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


class OrphanTests(unittest.TestCase):
    def setUp(self) -> None:
        become_subreaper()
        self.orphans = Orphans()

    def until_remembered(self, pid: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_remembered(pid):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.001)

    def test_one_that_was_adopted_and_has_ended_is_forgotten_at_the_second_look(self) -> None:
        pid = int(subprocess.check_output(["sh", "-c", "sleep 0 >&2 & echo $!"]))
        self.until_remembered(pid)
        self.orphans.look()
        self.assertTrue(is_remembered(pid))
        self.orphans.look()
        self.assertFalse(is_remembered(pid))

    def test_one_that_somebody_may_ask_for_is_not(self) -> None:
        with subprocess.Popen(["false"]) as process:
            self.until_remembered(process.pid)
            self.orphans.look()
            self.orphans.look()
            self.assertEqual(process.wait(), 1)

    def test_one_that_runs_is_left_alone(self) -> None:
        pid = os.fork()
        if pid == 0:
            time.sleep(PATIENCE)
            os._exit(0)
        self.orphans.look()
        self.orphans.look()
        os.kill(pid, 9)
        self.assertEqual(os.waitpid(pid, 0), (pid, 9))
