from __future__ import annotations

import unittest

from _ncs.error import Error
from ncs import maagic

from .example import example_host, read_trans, vpn_tree, write_trans


class ContainerTest(unittest.TestCase):
    tree: dict = vpn_tree(vlan_id=5, qos={"class": "gold"})

    def setUp(self) -> None:
        self.tree["vpn:vpn"]["l3vpn"][0]["as.number"] = 64512
        self.host = example_host(self.tree)
        self.trans = write_trans()
        self.addCleanup(self.trans.finish)
        self.root = maagic.get_root(self.trans)
        self.acme = self.root.vpn.l3vpn["acme"]


class Names(ContainerTest):
    tree = vpn_tree(vlan_id=5)

    def test_dashes_and_dots_are_underscores(self) -> None:
        self.assertEqual((self.acme.vlan_id, self.acme.as_number), (5, 64512))

    def test_a_prefix_may_stand_before_a_name(self) -> None:
        self.assertEqual(self.root.v__vpn.v__l3vpn["acme"].v__vlan_id, 5)

    def test_a_keyword_is_reached_with_prefix_getattr_or_subscript(self) -> None:
        self.acme.qos.create()
        self.acme.qos.v__class = "gold"
        self.assertEqual(getattr(self.acme.qos, "class"), "gold")
        self.assertEqual(self.acme.qos["class"], "gold")

    def test_a_subscript_takes_the_name_in_yang(self) -> None:
        self.assertEqual(self.acme["vlan-id"], 5)
        self.assertEqual(self.root["v:vpn"]["l3vpn"]["acme"]["v:vlan-id"], 5)
        self.acme["vlan-id"] = 6
        self.assertEqual(self.acme.vlan_id, 6)
        del self.acme["vlan-id"]
        self.assertIsNone(self.acme.vlan_id)

    def test_an_unknown_child_is_an_attribute_error_or_a_key_error(self) -> None:
        self.assertFalse(hasattr(self.acme, "speed"))
        self.assertTrue(hasattr(self.acme, "ratio"))
        self.assertEqual(getattr(self.acme, "speed", "none"), "none")
        with self.assertRaises(KeyError):
            self.acme["speed"]
        with self.assertRaises(AttributeError):
            self.acme.speed = 5
        with self.assertRaises(AttributeError):
            del self.acme.speed

    def test_the_first_module_has_a_name_that_two_have(self) -> None:
        self.assertEqual(self.root.services._path, "/ncs:services")
        self.assertEqual(self.root.r__services._path, "/r:services")

    def test_dir_lists_children_for_getattr(self) -> None:
        names = [name for name in dir(self.root) if not name.startswith("_")]
        self.assertEqual(names, ["devices", "motto", "ping", "r__services", "services", "vpn"])
        for name in names:
            getattr(self.root, name)
        self.assertIn("_path", dir(self.root))
        self.assertIn("kind", dir(self.acme))

    def test_iterating_gives_names_that_subscripts_take(self) -> None:
        self.assertIn("ncs:devices", list(self.root))
        self.assertEqual([self.root[name]._name for name in self.root if "vpn" in name], ["vpn"])

    def test_nodes_know_where_they_are(self) -> None:
        endpoint = self.acme.endpoint.create("ce0", 1)
        self.assertEqual(endpoint._path, "/v:vpn/l3vpn{acme}/endpoint{ce0 1}")
        self.assertEqual(endpoint._name, "endpoint")
        self.assertEqual(endpoint._parent._path, "/v:vpn/l3vpn{acme}/endpoint")
        self.assertEqual(endpoint._parent._parent._path, "/v:vpn/l3vpn{acme}")
        self.assertIsNone(self.root._parent)
        self.assertEqual(self.root._path, "/")
        self.assertTrue(endpoint._cs_node.is_list())
        self.assertIsInstance(self.root._backend, maagic._TransactionBackend)

    def test_keys_with_special_characters_are_quoted(self) -> None:
        self.assertEqual(self.root.vpn.l3vpn.create('a "b" {c}')._path, '/v:vpn/l3vpn{"a \\"b\\" {c}"}')


class Containers(ContainerTest):
    tree = vpn_tree(qos={"class": "gold"}, plain={"deep": {"x": "1"}})

    def test_a_plain_one_is_true_and_may_be_emptied(self) -> None:
        self.assertTrue(self.acme.plain)
        self.acme.plain.delete()
        self.assertTrue(self.acme.plain)
        self.assertIsNone(self.acme.plain.deep.x)

    def test_a_presence_container_is_true_when_it_exists(self) -> None:
        self.assertTrue(self.acme.qos)
        self.assertTrue(self.acme.qos.exists())
        del self.acme.qos
        self.assertFalse(self.acme.qos)
        self.assertFalse(self.acme.qos.exists())

    def test_children_of_an_absent_one_read_as_none(self) -> None:
        self.acme.qos.delete()
        self.assertIsNone(self.acme.qos["class"])

    def test_writing_below_an_absent_one_creates_it(self) -> None:
        self.acme.qos.delete()
        self.acme.qos.weight = 3
        self.assertTrue(self.acme.qos)

    def test_create_returns_the_container(self) -> None:
        self.acme.qos.delete()
        self.assertEqual(self.acme.qos.create()._path, "/v:vpn/l3vpn{acme}/qos")
        self.assertTrue(self.acme.qos)
        self.assertIsNone(self.acme.qos["class"], "what was in it before does not come back")

    def test_it_cannot_be_assigned_to(self) -> None:
        with self.assertRaises(maagic.MaagicError):
            self.acme.qos = 1


class Choices(ContainerTest):
    tree = vpn_tree(cli_text="conf t")

    def test_a_choice_shows_its_case(self) -> None:
        self.assertEqual(self.acme.kind, "cli")
        self.assertEqual(str(self.acme.kind), "cli")
        self.assertIsInstance(self.acme.kind, maagic.Case)
        self.assertEqual(self.acme._get_node("kind").get_value(), "cli")

    def test_it_is_none_when_nothing_is_chosen(self) -> None:
        del self.acme.cli_text
        self.assertIsNone(self.acme.kind)

    def test_writing_one_case_hides_the_others(self) -> None:
        self.acme.cli_more.y = "more"
        self.acme.nc_text = "xml"
        self.assertEqual((self.acme.kind, self.acme.cli_text, self.acme.cli_more.y), ("netconf", None, None))
        self.trans.apply()
        self.assertNotIn("cli-text", self.host.tree()["vpn:vpn"]["l3vpn"][0])


class DefaultsInCases(ContainerTest):
    def test_they_are_in_force_when_their_case_is(self) -> None:
        self.assertEqual((self.acme.nc_port, self.acme.nc_more.level), (22, 5), "the default case")
        self.acme.cli_text = "x"
        self.assertEqual((self.acme.nc_port, self.acme.nc_more.level), (None, None))
        self.acme.nc_more.level = 6
        self.assertEqual((self.acme.nc_port, self.acme.kind), (22, "netconf"))


class Paths(ContainerTest):
    tree = vpn_tree(vlan_id=5)

    def test_a_node_is_got_by_its_path(self) -> None:
        for path in ("/v:vpn/l3vpn{acme}", "/vpn/l3vpn{acme}", "/vpn:vpn/l3vpn{acme}", "/vpn/l3vpn{ acme }", self.acme):
            self.assertEqual(maagic.get_node(self.trans, path)._path, "/v:vpn/l3vpn{acme}")

    def test_a_leafs_path_gives_its_value(self) -> None:
        self.assertEqual(maagic.get_node(self.trans, "/vpn/l3vpn{acme}/vlan-id"), 5)

    def test_a_list_without_keys_is_the_list(self) -> None:
        self.assertIsInstance(maagic.get_node(self.trans, "/vpn/l3vpn"), maagic.List)

    def test_a_relative_path_starts_at_the_node(self) -> None:
        self.assertEqual(maagic.cd(self.acme, "vlan-id"), 5)
        self.assertEqual(maagic.cd(self.acme, "../..")._path, "/")
        self.assertEqual(maagic.cd(self.acme, "../l3vpn{acme}")._path, self.acme._path)

    def test_a_path_object_does_as_well(self) -> None:
        self.assertEqual(maagic.cd(self.root, self.acme._place.keypath()).vlan_id, 5)

    def test_a_wrong_path_is_an_error(self) -> None:
        for path in ("/vpn/nothing", "/vpn/l3vpn{acme", "vpn//x", "/motto{1}"):
            with self.subTest(path), self.assertRaises(Error) as caught:
                maagic.get_node(self.trans, path)
            self.assertEqual(caught.exception.confd_errno, 8)

    def test_a_missing_entry_is_a_key_error(self) -> None:
        with self.assertRaises(KeyError):
            maagic.get_node(self.trans, "/vpn/l3vpn{other}")

    def test_nodes_are_compared_by_path(self) -> None:
        again = self.root.vpn.l3vpn["acme"]
        self.assertEqual(maagic.get_node_path(self.acme), maagic.get_node_path(again))
        self.assertIsNone(maagic.get_node_path(5))


class Backends(ContainerTest):
    tree = vpn_tree(vlan_id=5)

    def test_a_node_knows_its_transaction_and_session(self) -> None:
        self.assertIs(maagic.get_trans(self.acme), self.trans)
        self.assertIs(maagic.get_maapi(self.acme), self.trans.maapi)
        self.assertIs(maagic.get_maapi(self.trans), self.trans.maapi)

    def test_a_tree_in_memory_has_neither(self) -> None:
        root = maagic.get_root()
        with self.assertRaises(maagic.BackendError):
            maagic.get_trans(root)
        with self.assertRaises(maagic.BackendError):
            maagic.get_maapi(root)

    def test_a_read_transaction_refuses_writes_at_once(self) -> None:
        with read_trans() as trans, self.assertRaises(Error) as caught:
            maagic.get_root(trans).motto = "no"
        self.assertEqual(caught.exception.confd_errno, 4)


class PlainData(ContainerTest):
    def test_a_node_becomes_dictionaries_and_lists(self) -> None:
        self.acme.nothing.create()
        self.acme.state = "up"
        self.acme.endpoint.create("a", 1)
        self.acme.numbers = [3, 1]
        self.assertEqual(
            maagic.as_pyval(self.acme),
            {
                "name": "acme", "vlan_id": 5, "as_number": 64512, "state": "up", "nothing": True, "numbers": [1, 3],
                "qos": {"class": "gold"}, "endpoint": [{"id": "a", "unit": 1}],
            },
        )  # fmt: skip
        self.assertEqual(maagic.as_pyval(self.acme.qos, maagic.NODE_NAME_FULL), {"v:class": "gold"})


class TreesInMemory(ContainerTest):
    tree = vpn_tree(vlan_id=5)

    def test_one_is_filled_and_then_written(self) -> None:
        memory = maagic.get_memory_node(self.trans, "/vpn/l3vpn{acme}")
        memory.vlan_id = 9
        memory.endpoint.create("a", 1).address = "x"
        self.assertEqual(self.acme.vlan_id, 5)
        maagic.set_memory_tree(memory, self.trans)
        self.assertEqual((self.acme.vlan_id, self.acme.endpoint["a", 1].address), (9, "x"))

    def test_xml_is_written(self) -> None:
        xml = (
            '<l3vpn xmlns="http://example.com/vpn"><name>acme</name><vlan-id>7</vlan-id><nothing/>'
            "<numbers>1</numbers><numbers>2</numbers><endpoint><id>a</id><unit>2</unit><address>y</address></endpoint>"
            "<plain><deep><x>z</x></deep></plain></l3vpn>"
        )
        maagic.shared_set_values_xml(self.acme, xml)
        self.assertEqual((self.acme.vlan_id, list(self.acme.numbers), self.acme.plain.deep.x), (7, [1, 2], "z"))
        self.assertTrue(self.acme.nothing)
        self.assertEqual(self.acme.endpoint["a", 2].address, "y")

    def test_xml_that_does_not_fit_is_refused(self) -> None:
        for xml in ("<l3vpn>", "<other/>", '<l3vpn xmlns="http://example.com/vpn"><speed>1</speed></l3vpn>'):
            with self.subTest(xml), self.assertRaises(Error):
                maagic.set_values_xml(self.acme, xml)
