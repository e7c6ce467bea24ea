from __future__ import annotations

import unittest

import ncs
from _ncs.error import Error
from ncs import maagic
from ncs.maapi import Key

from .example import example_host, vpn_tree, write_trans

ENDPOINTS = [{"id": i, "unit": u, "address": f"{i}{u}"} for i, u in [("a", 2), ("a", 10), ("b", 1)]]
RULES = [{"name": name} for name in ("z", "a", "m")]


class ListTest(unittest.TestCase):
    def setUp(self) -> None:
        self.host = example_host(vpn_tree(endpoint=ENDPOINTS, rule=RULES))
        self.trans = write_trans()
        self.addCleanup(self.trans.finish)
        self.root = maagic.get_root(self.trans)
        self.acme = self.root.vpn.l3vpn["acme"]
        self.endpoint = self.acme.endpoint


class Entries(ListTest):
    def test_one_is_had_by_its_keys_in_any_form(self) -> None:
        for entry in (
            self.endpoint["a", 2], self.endpoint[("a", "2")], self.endpoint[["a", 2]],
            self.endpoint[Key("{a 2}")], self.endpoint[Key(["a", 2])],
            self.endpoint[ncs.Value("a"), ncs.Value(2)],
        ):  # fmt: skip
            self.assertEqual(entry.address, "a2")

    def test_a_missing_one_is_a_key_error(self) -> None:
        with self.assertRaises(KeyError):
            self.endpoint["x", 1]

    def test_wrong_keys_are_an_error(self) -> None:
        for key in ("a", ("a", "x"), ("a", 2, 3)):
            with self.subTest(key), self.assertRaises(Error) as caught:
                self.endpoint[key]
            self.assertEqual(caught.exception.confd_errno, 5)
        self.assertIn("the keys are: id unit", str(self._error_of(lambda: self.endpoint["a"])))

    def _error_of(self, action) -> Error:  # type: ignore[no-untyped-def]
        with self.assertRaises(Error) as caught:
            action()
        return caught.exception

    def test_one_that_is_deleted_as_soon_as_it_is_written_has_nothing_left(self) -> None:
        entry = self.endpoint.create("x", 1)
        entry.address = "old"
        del self.endpoint["x", 1]
        self.assertIsNone(entry.address)
        self.assertNotIn(("x", 1), self.endpoint)

    def test_one_that_is_created_again_begins_empty(self) -> None:
        entry = self.endpoint.create("x", 1)
        entry.address = "old"
        del self.endpoint["x", 1]
        self.endpoint.create("x", 1)
        self.assertIsNone(entry.address)

    def test_what_is_set_by_way_of_a_deleted_one_makes_it_anew(self) -> None:
        entry = self.endpoint.create("x", 1)
        entry.address = "old"
        self.endpoint.delete()
        entry.address = "new"
        self.assertIn(("x", 1), self.endpoint)
        self.assertEqual([e.address for e in self.endpoint], ["new"])

    def test_membership_and_existence(self) -> None:
        self.assertIn(("a", 2), self.endpoint)
        self.assertNotIn(("a", 3), self.endpoint)
        self.assertTrue(self.endpoint.exists(("b", "1")))
        self.assertTrue(self.root.vpn.l3vpn.exists("acme"))
        self.assertFalse(self.root.vpn.l3vpn.exists(["other"]))

    def test_an_entry_of_a_list_below_is_not_a_member(self) -> None:
        self.assertNotIn(self.endpoint["a", 2], self.root.vpn.l3vpn)
        self.assertIn(self.acme, self.root.vpn.l3vpn)

    def test_keys_choices_and_actions_cannot_be_deleted(self) -> None:
        for name in ("name", "kind", "self_test"):
            with self.subTest(name), self.assertRaises(Error) as caught:
                delattr(self.acme, name)
            self.assertEqual(caught.exception.confd_errno, ncs.ERR_NOTDELETABLE)
        with self.assertRaises(Error):
            self.trans.safe_delete("/")
        self.assertEqual(self.trans.view.writes, [])

    def test_create_returns_the_entry_also_when_it_exists(self) -> None:
        self.assertEqual(self.endpoint.create("a", 2).address, "a2")
        self.assertIsNone(self.endpoint.create(("c", 1)).address)
        self.assertEqual(self.endpoint.create(Key(["c", 2])).unit, 2)
        self.assertEqual(len(self.endpoint), 5)

    def test_deleted_and_made_again_it_is_empty(self) -> None:
        old = self.endpoint["a", 2]
        del self.endpoint["a", 2]
        self.assertNotIn(("a", 2), self.endpoint)
        new = self.endpoint.create("a", 2)
        self.assertIsNone(new.address)
        new.address = "new"
        self.assertEqual(old.address, "new")
        self.trans.apply()
        self.assertEqual(self.endpoint["a", 2].address, "new")

    def test_the_whole_list_is_deleted(self) -> None:
        self.endpoint.delete()
        self.assertFalse(self.endpoint)
        self.endpoint.create("n", 1)
        del self.acme.endpoint
        self.assertEqual(list(self.acme.endpoint), [])

    def test_a_child_named_like_a_method_is_had_by_subscript(self) -> None:
        entry = self.endpoint["a", 2]
        entry["delete"] = "x"
        self.assertEqual((entry["delete"], entry.v__delete), ("x", "x"))


class Writes(ListTest):
    def test_leafs_that_are_set_right_after_a_create_go_with_it(self) -> None:
        entry = self.endpoint.create("n", 1)
        entry.address = "first"
        self.assertEqual(entry.address, "first")
        entry.address = "second"
        other = self.endpoint.create("n", 2)
        entry.address = "third"
        other.address = "fourth"
        path = "/v:vpn/l3vpn{acme}/endpoint"
        self.assertEqual(
            self.trans.view.writes,
            [
                ["create", f"{path}{{n 1}}", "address", "first", "address", "second"],
                ["create", f"{path}{{n 2}}"],
                ["set", f"{path}{{n 1}}/address", "third"],
                ["set", f"{path}{{n 2}}/address", "fourth"],
            ],
        )
        self.assertEqual([self.endpoint["n", unit].address for unit in (1, 2)], ["third", "fourth"])

    def test_what_the_host_has_got_is_not_added_to(self) -> None:
        entry = self.endpoint.create("n", 1)
        self.trans.view.take_writes()
        entry.address = "x"
        self.assertEqual(self.trans.view.writes, [["set", "/v:vpn/l3vpn{acme}/endpoint{n 1}/address", "x"]])


class Iterating(ListTest):
    def test_entries_come_in_the_order_of_their_keys(self) -> None:
        self.endpoint.create("a", 3)
        self.endpoint.create("Z", 1)
        self.assertEqual(
            [(e.id, e.unit) for e in self.endpoint], [("Z", 1), ("a", 2), ("a", 3), ("a", 10), ("b", 1)]
        )

    def test_a_list_ordered_by_user_keeps_its_order(self) -> None:
        self.acme.rule.create("b")
        self.assertEqual([rule.name for rule in self.acme.rule], ["z", "a", "m", "b"])

    def test_entries_are_moved(self) -> None:
        rule = self.acme.rule
        rule.move("m", ncs.maapi.MOVE_FIRST)
        rule.move("z", ncs.maapi.MOVE_LAST)
        rule.move("m", ncs.maapi.MOVE_AFTER, "a")
        self.assertEqual([r.name for r in rule], ["a", "m", "z"])
        rule.move("z", ncs.maapi.MOVE_BEFORE, to="m")
        self.trans.apply()
        self.assertEqual([r.name for r in rule], ["a", "z", "m"])

    def test_what_is_not_there_cannot_be_moved_nor_moved_to(self) -> None:
        names = [entry.name for entry in self.acme.rule]
        for arguments in (("q", ncs.maapi.MOVE_FIRST), ("a", ncs.maapi.MOVE_BEFORE, "q")):
            with self.subTest(arguments), self.assertRaises(Error) as caught:
                self.acme.rule.move(*arguments)
            self.assertEqual(caught.exception.confd_errno, ncs.ERR_NOEXISTS)
        self.acme.rule.move("a", ncs.maapi.MOVE_AFTER, "a")
        self.assertEqual([entry.name for entry in self.acme.rule], names)
        self.assertEqual(self.trans.view.writes, [])

    def test_keys_are_values(self) -> None:
        keys = self.endpoint.keys()
        self.assertEqual([str(key) for key in keys], ["{a 2}", "{a 10}", "{b 1}"])
        self.assertTrue(keys[0][0] == "a" and keys[0][1] == 2)

    def test_length_and_truth(self) -> None:
        self.assertEqual((len(self.endpoint), bool(self.endpoint)), (3, True))
        self.endpoint.delete()
        self.assertEqual((len(self.endpoint), bool(self.endpoint)), (0, False))

    def test_entries_may_be_deleted_on_the_way(self) -> None:
        for entry in self.endpoint:
            del self.endpoint[entry.id, entry.unit]
        self.assertEqual(len(self.endpoint), 0)

    def test_the_list_or_what_holds_it_may_be_deleted_on_the_way(self) -> None:
        for delete in (self.endpoint.delete, self.acme.delete):
            self.endpoint.create("a", 2)
            self.endpoint.create("b", 1)
            seen = 0
            for _ in self.endpoint:
                seen += 1
                delete()
            self.assertEqual(seen, 1)

    def test_the_iterator_has_next_and_delete(self) -> None:
        iterator = iter(self.endpoint)
        self.assertEqual(iterator.next().unit, 2)
        iterator.delete()
        self.assertRaises(StopIteration, next, iterator)

    def test_filters_are_named_as_missing(self) -> None:
        self.assertEqual(len(list(self.endpoint.filter())), 3)
        with self.assertRaises(Error) as caught:
            self.endpoint.filter(xpath_expr="last()")
        self.assertIn("XPath", str(caught.exception))


class Pages(unittest.TestCase):
    def rows(self) -> list[dict]:
        return [{"id": f"e{number:03}", "unit": number, "address": "x"} for number in range(25)]

    def test_a_long_list_comes_in_pages(self) -> None:
        host = example_host(vpn_tree(endpoint=self.rows()), page=10)
        with write_trans() as trans:
            endpoint = maagic.get_root(trans).vpn.l3vpn["acme"].endpoint
            self.assertEqual([e.unit for e in endpoint], list(range(25)))
            self.assertEqual(host.reads, ["/v:vpn/l3vpn{acme}"] + ["/v:vpn/l3vpn{acme}/endpoint"] * 2)
            self.assertEqual(len(endpoint), 25)
            self.assertEqual(host.asked["read"], 3)

    def test_an_entry_behind_the_first_page_is_asked_for_alone(self) -> None:
        host = example_host(vpn_tree(endpoint=self.rows()), page=10)
        with write_trans() as trans:
            endpoint = maagic.get_root(trans).vpn.l3vpn["acme"].endpoint
            self.assertEqual(endpoint["e020", 20].address, "x")
            self.assertNotIn(("e020", 21), endpoint)
            self.assertEqual(host.reads[1:], [f"/v:vpn/l3vpn{{acme}}/endpoint{{e020 {u}}}" for u in (20, 21)])

    def test_what_is_made_and_deleted_between_pages_is_seen_once(self) -> None:
        example_host(vpn_tree(endpoint=self.rows()), page=10)
        with write_trans() as trans:
            endpoint = maagic.get_root(trans).vpn.l3vpn["acme"].endpoint
            endpoint.create("e003", 500)
            endpoint.create("e022", 500)
            del endpoint["e009", 9]
            del endpoint["e015", 15]
            units = [entry.unit for entry in endpoint]
            self.assertEqual(units, [0, 1, 2, 3, 500, *range(4, 9), *range(10, 15), *range(16, 23), 500, 23, 24])
