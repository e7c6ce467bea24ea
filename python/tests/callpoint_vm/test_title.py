"""What ``ps`` shows of a process."""

from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, subprocess, sys
from callpoint_vm import title
for text in sys.stdin.read().splitlines():
    title.set_title(text)
shown = open("/proc/self/cmdline").read().rstrip("\\0")
listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(os.getpid())], capture_output=True, text=True).stdout
# The environment must have survived, for C as for Python.
inherited = subprocess.run(["/bin/sh", "-c", "echo $MARK"], capture_output=True, text=True).stdout.strip()
print(repr((shown, listed.strip(), open("/proc/self/comm").read().strip(), os.environ["MARK"], inherited)))
"""


class TitleTests(unittest.TestCase):
    def shown(self, *titles: str) -> tuple[str, str, str, str, str]:
        environment = {"PYTHONPATH": str(PYTHON), "MARK": "kept", "PATH": "/bin:/usr/bin", "FILLER": "f" * 3000}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input="\n".join(titles),
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return eval(done.stdout)

    def test_a_short_title_replaces_the_command_line(self) -> None:
        text = "callpoint: vm action reset"
        self.assertEqual(self.shown("x" * 200, text), (text, text, "reset", "kept", "kept"))

    def test_a_title_longer_than_the_command_line_is_shown_in_full(self) -> None:
        text = "callpoint: vm nano " + "p" * 3000 + " some-servicepoint"
        shown, listed, name, mark, inherited = self.shown(text[:5], text)
        self.assertEqual((shown, listed), (text, text))
        self.assertEqual((name, mark, inherited), ("some-servicepoi", "kept", "kept"))
