"""The log file of a VM."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import resource
import tempfile
import unittest
from collections.abc import Iterator
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
        if self.handler._file:
            self.handler._file.close()

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

    def test_a_truncated_file_goes_on_from_its_beginning(self) -> None:
        self.logger.error("one")
        os.truncate(self.file, 0)
        self.logger.error("two")
        self.assertRegex(self.file.read_text(), r"\A[^\n]*- two\n\Z")

    def test_a_removed_directory_is_made_anew(self) -> None:
        self.file.unlink()
        self.file.parent.rmdir()
        self.logger.error("two")
        self.assertTrue(self.file.read_text().endswith("- two\n"))

    def test_what_a_full_disk_does_not_take_is_counted_and_told_once(self) -> None:
        self.file.unlink()
        self.file.symlink_to("/dev/full")
        with self._silence():
            for _ in range(1234):
                self.logger.error("lost")
        self.file.unlink()
        self.logger.error("kept")
        self.logger.error("kept too")
        self.assertRegex(
            self.file.read_text(),
            r"\A<WARNING> [^\n]* callpoint MainThread: - 1,234 records were dropped: No space left on device\n"
            r"[^\n]* - kept\n[^\n]* - kept too\n\Z",
        )

    def test_a_directory_that_cannot_be_made_costs_the_records_only(self) -> None:
        self.file.unlink()
        self.file.parent.rmdir()
        self.file.parent.write_text("in the way")
        with self._silence():
            self.logger.error("lost")
        self.file.parent.unlink()
        self.logger.error("kept")
        self.assertRegex(self.file.read_text(), r"- 1 record was dropped: Not a directory\n.* - kept\n\Z")

    def test_a_pipe_that_nobody_reads_or_that_is_full_makes_nobody_wait(self) -> None:
        self.file.unlink()
        os.mkfifo(self.file)
        with self._silence():
            self.logger.error("lost")
        reader = os.open(self.file, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        with self._silence():
            for _ in range(1000):
                self.logger.error("x" * 500)
        text = os.read(reader, 1 << 20)
        self.assertIn(b"- 1 record was dropped: No such device or address\n", text)
        self.assertLess(len(text), 500_000)
        self.logger.error("on it goes")
        self.assertRegex(os.read(reader, 1 << 20), rb" records were dropped: Resource temporarily unavailable\n.*on it goes")

    def test_a_record_that_was_written_in_part_is_ended_before_the_next(self) -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        with self._silence():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
            try:
                self.logger.error("y" * 5000)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.logger.error("kept")
        lines = self.file.read_text().splitlines()
        self.assertEqual(len(lines[0]), 1000)
        self.assertRegex(lines[1], "- 1 record was dropped: File too large")
        self.assertRegex(lines[2], "- kept")

    def test_a_child_does_not_count_what_its_parent_dropped(self) -> None:
        self.file.unlink()
        self.file.symlink_to("/dev/full")
        with self._silence():
            self.logger.error("lost")
        self.file.unlink()
        if os.fork() == 0:
            self.logger.error("from the child")
            os._exit(0)
        os.wait()
        self.assertNotIn("dropped", self.file.read_text())

    @contextlib.contextmanager
    def _silence(self) -> Iterator[None]:
        """Nothing is printed: a callback's output must not be flooded either."""
        with contextlib.redirect_stderr(io.StringIO()) as printed:
            yield
        self.assertEqual(printed.getvalue(), "")

    def test_a_descriptor_that_user_code_gave_another_file_is_left_alone(self) -> None:
        self.logger.error("one")
        assert self.handler._file is not None
        number = self.handler._file.number()
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
