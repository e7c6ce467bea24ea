"""Descriptors that user code closes or replaces."""

from __future__ import annotations

import os
import unittest

from callpoint_vm.descriptors import Descriptor


class DescriptorTests(unittest.TestCase):
    def setUp(self) -> None:
        self.read_end, self.write_end = os.pipe()
        self.addCleanup(lambda: Descriptor(self.read_end).close())
        self.descriptor = Descriptor(self.write_end)

    def test_it_has_its_number_and_closes_it(self) -> None:
        self.assertEqual(self.descriptor.number(), self.write_end)
        self.descriptor.close()
        self.assertEqual(os.read(self.read_end, 1), b"")
        self.descriptor.close()

    def test_one_that_was_closed_is_noticed_and_not_closed_again(self) -> None:
        os.close(self.write_end)
        with self.assertRaises(OSError):
            self.descriptor.number()
        self.descriptor.close()

    def test_one_that_was_replaced_is_noticed_and_its_successor_stays_open(self) -> None:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, self.write_end)
        os.close(null)
        with self.assertRaisesRegex(OSError, f"user code closed descriptor {self.write_end}"):
            self.descriptor.number()
        self.descriptor.close()
        os.close(self.write_end)
