from __future__ import annotations

import ipaddress
import unittest
from typing import Any

import ncs
from _ncs.error import Error
from ncs import maagic

from .example import example_host, vpn_tree, write_trans


class LeafTest(unittest.TestCase):
    tree: dict = vpn_tree()

    def setUp(self) -> None:
        self.host = example_host(self.tree)
        self.trans = write_trans()
        self.addCleanup(self.trans.finish)
        self.acme = maagic.get_root(self.trans).vpn.l3vpn["acme"]

    def assert_bad(self, name: str, value: Any) -> None:
        with self.assertRaises(Error) as caught:
            setattr(self.acme, name, value)
        self.assertEqual(caught.exception.confd_errno, ncs.ERR_BADTYPE)
        self.assertIn("item has a bad/wrong type (5): /v:vpn/l3vpn{acme}/", str(caught.exception))


class Leafs(LeafTest):
    def test_every_type_is_read_as_it_was_written(self) -> None:
        for name, value, shown in [
            ("vlan_id", 7, 7),
            ("vlan_id", "8", 8),
            ("enabled", False, False),
            ("enabled", "true", True),
            ("ratio", "1.50", "1.5"),
            ("blob", b"\x00\xff", b"\x00\xff"),
            ("role", "core", "r:core"),
            ("role", "r:edge", "r:edge"),
            ("mixed", 5, 5),
            ("mixed", "xyz", "xyz"),
            ("big", 2**64 - 1, 2**64 - 1),
            ("device", ipaddress.ip_address("10.0.0.1"), "10.0.0.1"),
            ("state", "up", "up"),
            ("state", 0, "down"),
            ("flags", "z a", "a z"),
        ]:
            with self.subTest(name=name, value=value):
                setattr(self.acme, name, value)
                self.assertEqual(getattr(self.acme, name), shown)
                self.trans.apply()
                self.assertEqual(getattr(self.acme, name), shown, "read again from the host")

    def test_a_wrong_value_is_refused_at_once(self) -> None:
        for name, value in [
            ("vlan_id", 5000), ("vlan_id", "x"), ("vlan_id", 1.5), ("enabled", "yes"), ("state", "sideways"),
            ("state", 9), ("ratio", "1.234"), ("role", "x:core"), ("mixed", "abc"), ("blob", "*"), ("flags", "q"),
            ("vlan_id", None), ("big", -1),
        ]:  # fmt: skip
            with self.subTest(name=name, value=value):
                self.assert_bad(name, value)
        self.assertEqual(self.trans.view.writes, [])

    def test_an_unset_leaf_is_none_or_its_default(self) -> None:
        self.assertIsNone(self.acme.vlan_id)
        self.assertIs(self.acme.enabled, True)
        self.acme.enabled = False
        del self.acme.enabled
        self.assertIs(self.acme.enabled, True)

    def test_an_enum_compares_with_labels_and_numbers(self) -> None:
        self.acme.state = "up"
        state = self.acme.state
        self.assertTrue(state == "up" and state == 1 and state.string == "up" and state > 0)

    def test_the_leaf_itself_is_had_by_get_node(self) -> None:
        leaf = self.acme._get_node("vlan-id")
        self.assertFalse(leaf.exists())
        leaf.set_value(9)
        self.assertEqual((leaf.get_value(), leaf.get_value_object().confd_type_str()), (9, "C_UINT16"))
        leaf.delete()
        self.assertIsNone(leaf.get_value_object())

    def test_bits_know_their_names_by_their_node(self) -> None:
        bits = maagic.Bits(ncs.Value(b"\x02", ncs.C_BITBIG), self.acme._get_node("flags")._cs_node)
        self.assertEqual(str(bits), "b")
        self.acme.flags = bits
        self.assertEqual((self.acme.flags, self.acme.flags.is_bit_set(1)), ("b", True))

    def test_a_key_leaf_has_its_own_value_only(self) -> None:
        endpoint = self.acme.endpoint.create("ce0", "1")
        self.assertEqual((endpoint.id, endpoint.unit), ("ce0", 1))
        endpoint.unit = 1
        with self.assertRaises(Error):
            endpoint.unit = 2

    def test_a_default_needs_its_parent(self) -> None:
        entry = self.acme
        del maagic.get_root(self.trans).vpn.l3vpn["acme"]
        self.assertIsNone(entry.enabled)


class EmptyLeafs(LeafTest):
    def test_one_exists_or_not(self) -> None:
        nothing = self.acme.nothing
        self.assertIsInstance(nothing, maagic.EmptyLeaf)
        self.assertFalse(nothing)
        self.assertTrue(nothing.create().exists())
        self.assertTrue(self.acme.nothing)
        self.trans.apply()
        self.assertTrue(self.acme.nothing)
        self.acme.nothing.delete()
        self.assertFalse(nothing.exists())

    def test_a_boolean_is_not_assigned_to_it(self) -> None:
        self.assert_bad("nothing", True)


class LeafLists(LeafTest):
    tree = vpn_tree(numbers=[3, 1], roles=["roles:core"])

    def test_values_are_read_in_order(self) -> None:
        numbers = self.acme.numbers
        self.assertEqual((list(numbers), numbers.as_list(), len(numbers), numbers[1]), ([1, 3], [1, 3], 2, 3))

    def test_the_system_orders_them_unless_the_user_does(self) -> None:
        self.acme.numbers = [30, 4]
        self.acme.numbers.create(10)
        self.acme.path = ["z", "a"]
        self.acme.path.create("m")
        for _ in range(2):
            self.assertEqual((list(self.acme.numbers), list(self.acme.path)), ([4, 10, 30], ["z", "a", "m"]))
            self.trans.apply()

    def test_it_is_true_when_it_has_values(self) -> None:
        self.assertTrue(self.acme.numbers)
        self.acme.numbers.delete()
        self.assertFalse(self.acme.numbers)
        self.assertFalse(self.acme.numbers.exists())

    def test_membership_goes_by_the_type(self) -> None:
        self.assertTrue("core" in self.acme.roles and "r:core" in self.acme.roles and "edge" not in self.acme.roles)
        self.assertTrue("3" in self.acme.numbers and 3 in self.acme.numbers and "x" not in self.acme.numbers)

    def test_a_list_is_assigned(self) -> None:
        self.acme.numbers = [5, "6"]
        self.assertEqual(list(self.acme.numbers), [5, 6])
        self.acme.roles = ["edge"]
        self.assertEqual(list(self.acme.roles), ["r:edge"])
        self.acme.numbers = []
        self.assertFalse(self.acme.numbers)

    def test_values_come_and_go_one_by_one(self) -> None:
        self.acme.numbers.create(9)
        self.acme.numbers.create(9)
        self.acme.numbers.remove(3)
        del self.acme.numbers[1]
        self.assertEqual(list(self.acme.numbers), [9])
        self.trans.apply()
        self.assertEqual(list(self.acme.numbers), [9])

    def test_wrong_values_are_refused(self) -> None:
        for value in ([300], "12", 7, ["x"]):
            self.assert_bad("numbers", value)
        with self.assertRaises(Error):
            self.acme.numbers.create("x")
        with self.assertRaises(Error):
            self.acme.numbers = [1, 1]

    def test_adding_to_an_unread_one_asks_nothing(self) -> None:
        entry = maagic.get_root(self.trans).vpn.l3vpn.create("other")
        before = self.host.asked["read"]
        entry.numbers.create(1)
        self.assertEqual(self.host.asked["read"], before)
        self.assertEqual(list(entry.numbers), [1])
