"""``bin/ncs-start-python-vm``."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Optional

PYTHON = Path(__file__).resolve().parents[2]
NCS_DIR = PYTHON / "ncs_dir"
MAIN = NCS_DIR / "src/ncs/pyapi/ncs_pyvm/startup.py"
ARGUMENTS = ("-l", "info", "-f", "./logs/ncs-python-vm", "-i", "bg worker")

INTERPRETER = """#!/bin/sh
echo "ran as {name}"
for argument in "$@"; do echo "argument $argument"; done
echo "path $PYTHONPATH"
echo "venv $VIRTUAL_ENV"
"""


class StartCommandTests(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()
        self.interpreter("bin/python3")
        self.path = f"{self.directory}/bin"
        self.python_path = ""

    def interpreter(self, path: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(INTERPRETER.format(name=path))
        file.chmod(0o755)

    def write(self, path: str, text: str) -> str:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return str(file.parent)

    def start(self, *arguments: str, ncs_dir: Optional[str] = str(NCS_DIR)) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": self.path, "PYTHONPATH": self.python_path}
        if ncs_dir is not None:
            environment["NCS_DIR"] = ncs_dir
        return subprocess.run(
            [str(NCS_DIR / "bin/ncs-start-python-vm"), *(arguments or ARGUMENTS)],
            env=environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
        )

    def lines(self, *arguments: str) -> list[str]:
        done = self.start(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_it_says_what_it_executes_and_hands_the_arguments_on(self) -> None:
        lines = self.lines()
        self.assertEqual(lines[0], f"Starting python3 -u {MAIN} -l info -f ./logs/ncs-python-vm -i bg worker")
        self.assertEqual(lines[1], "ran as bin/python3")
        self.assertEqual(lines[2:10], [f"argument {one}" for one in ("-u", str(MAIN), *ARGUMENTS)])

    def test_long_options_are_taken_too(self) -> None:
        lines = self.lines("--log-level", "debug", "--log-file", "p", "--id", "vm")
        self.assertEqual(lines[0], f"Starting python3 -u {MAIN} --log-level debug --log-file p --id vm")

    def test_python_serves_where_there_is_no_python3(self) -> None:
        (self.directory / "bin/python3").rename(self.directory / "bin/python")
        self.assertEqual(self.lines()[0][: len("Starting python -u")], "Starting python -u")

    def test_the_api_comes_first_on_the_path(self) -> None:
        self.python_path = "/a:/b"
        self.assertIn(f"path {NCS_DIR}/src/ncs/pyapi:/a:/b", self.lines())
        self.python_path = ""
        self.assertIn(f"path {NCS_DIR}/src/ncs/pyapi", self.lines())

    def test_the_first_virtual_environment_wins(self) -> None:
        self.interpreter("one/bin/python3")
        self.interpreter("two/bin/python3")
        paths = [self.write("x/python/other", ""), self.write("y/python/use_venv", "one\n")]
        paths.append(self.write("z/python/use_venv", f"{self.directory}/two"))
        self.python_path = ":".join(paths)
        lines = self.lines()
        self.assertIn("ran as one/bin/python3", lines)
        self.assertIn(f"venv {self.directory}/one", lines)
        self.python_path = paths[2]
        self.assertIn(f"venv {self.directory}/two", self.lines())

    def refused(self, *arguments: str, ncs_dir: Optional[str] = str(NCS_DIR)) -> str:
        done = self.start(*arguments, ncs_dir=ncs_dir)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_what_cannot_work_is_refused_in_a_sentence(self) -> None:
        self.assertIn("upgrade components are not supported yet: -u", self.refused("-u", *ARGUMENTS))
        self.assertIn("unknown argument --nonsense", self.refused("--nonsense"))
        self.assertIn("-i needs a value", self.refused("-i"))
        self.assertIn("NCS_DIR is not set", self.refused(ncs_dir=None))
        self.python_path = self.write("x/python/use_venv", "nowhere\n")
        self.assertIn(f"{self.python_path}/use_venv names nowhere, where there is no bin/python3", self.refused())
        self.python_path = self.write("x/python/use_venv", "")
        self.assertIn("use_venv is empty", self.refused())
        self.python_path = ""
        self.path = "/nowhere"
        self.assertIn("neither python3 nor python is on PATH: /nowhere", self.refused())


class StartupTests(unittest.TestCase):
    def test_the_main_program_can_be_imported_without_starting_anything(self) -> None:
        done = subprocess.run(
            [os.path.realpath("/proc/self/exe"), "-c", f"import runpy; runpy.run_path({str(MAIN)!r}, run_name='x')"],
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
