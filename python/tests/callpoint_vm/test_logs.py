"""The log file of a VM."""

from __future__ import annotations

import logging
import os
import tempfile
import unittest
from pathlib import Path

from callpoint_vm import logs


class FileHandlerTests(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name) / "missing" / "prefix-vm.log"
        self.handler = logs.FileHandler(str(self.file))
        self.logger = logging.Logger("package")
        self.logger.addHandler(self.handler)

    def tearDown(self) -> None:
        if self.handler._is_ours():
            os.close(self.handler._descriptor)

    def test_a_line_has_level_time_logger_thread_and_message(self) -> None:
        self.logger.warning("a %s", "message")
        self.assertRegex(
            self.file.read_text(),
            r"\A<WARNING> \d\d-[A-Z][a-z]{2}-\d{4}::\d\d:\d\d:\d\d\.\d{3} package MainThread: - a message\n\Z",
        )

    def test_months_are_english_in_any_locale(self) -> None:
        record = logging.LogRecord("x", logging.INFO, "", 0, "m", None, None)
        record.created, record.msecs = 1_700_000_000.045, 45.0
        self.assertRegex(logs.Formatter().format(record), r"<INFO> 1[45]-Nov-2023::\d\d:\d\d:20\.045 x MainThread: - m")

    def test_a_traceback_follows_its_line(self) -> None:
        try:
            raise KeyError("gone")
        except KeyError:
            self.logger.exception("it failed")
        self.assertRegex(self.file.read_text(), r"- it failed\nTraceback [^\0]*\nKeyError: 'gone'\n\Z")

    def test_a_renamed_file_is_opened_anew(self) -> None:
        self.logger.error("one")
        self.file.rename(self.file.with_suffix(".1"))
        self.logger.error("two")
        self.assertTrue(self.file.with_suffix(".1").read_text().endswith("- one\n"))
        self.assertEqual(len(self.file.read_text().splitlines()), 1)

    def test_a_removed_directory_is_made_anew(self) -> None:
        self.file.unlink()
        self.file.parent.rmdir()
        self.logger.error("two")
        self.assertTrue(self.file.read_text().endswith("- two\n"))

    def test_a_descriptor_that_user_code_gave_another_file_is_left_alone(self) -> None:
        number = self.handler._descriptor
        os.close(number)
        other = self.file.with_suffix(".other")
        stranger = os.open(other, os.O_CREAT | os.O_WRONLY)
        self.assertEqual(stranger, number)
        self.logger.error("two")
        os.close(stranger)
        self.assertEqual(other.read_text(), "")
        self.assertTrue(self.file.read_text().endswith("- two\n"))


class LevelTests(unittest.TestCase):
    def test_levels_are_named_as_options_and_as_the_model_have_them(self) -> None:
        self.assertEqual(logs.level_number("info"), logging.INFO)
        self.assertEqual(logs.level_number("level-critical"), logging.CRITICAL)
        with self.assertRaisesRegex(ValueError, "'loud'; there are debug, info"):
            logs.level_number("loud")
