from __future__ import annotations

import pickle
import unittest

import _ncs
import _ncs.maapi
import ncs
from _ncs._hash import name_hash
from _ncs.error import Error
from ncs._keypath import parse
from ncs.maapi import Key

from .example import SCHEMA, example_host


class Hashes(unittest.TestCase):
    def test_they_are_the_published_ones(self) -> None:
        for name, number in PUBLISHED.items():
            self.assertEqual(name_hash(name), number, name)


class Values(unittest.TestCase):
    def test_the_type_is_guessed_from_the_python_value(self) -> None:
        for value, name in [(True, "C_BOOL"), (5, "C_INT32"), (2**40, "C_INT64"), (1.5, "C_DOUBLE"), ("x", "C_BUF")]:
            self.assertEqual(ncs.Value(value).confd_type_str(), name)
        self.assertEqual(str(ncs.Value(object)), str(object))

    def test_they_compare_with_values_text_and_numbers(self) -> None:
        self.assertTrue(ncs.Value("a") == "a" and ncs.Value(5) == 5 and ncs.Value("5") == ncs.Value(5))
        self.assertTrue(ncs.Value("a") != "b" and ncs.Value(2) < ncs.Value(10) and ncs.Value(True) == True)  # noqa: E712

    def test_they_become_python_again(self) -> None:
        self.assertEqual(ncs.Value(7).as_pyval(), 7)
        self.assertEqual(ncs.Value("7", ncs.C_UINT8).as_pyval(), 7)
        self.assertEqual(ncs.Value(False).as_pyval(), False)
        self.assertEqual(ncs.Value((-150, 2), ncs.C_DECIMAL64).as_decimal64(), (-150, 2))
        self.assertEqual(str(ncs.Value((5, 3), ncs.C_DECIMAL64)), "0.005")
        self.assertEqual(ncs.Value([ncs.Value(1)], ncs.C_LIST).as_list(), [1])
        self.assertEqual((int(ncs.Value(3)), str(ncs.Value(True))), (3, "true"))
        with self.assertRaises(Error):
            ncs.Value("x").as_list()

    def test_text_becomes_a_value_by_the_schema(self) -> None:
        example_host()
        node = _ncs.cs_node_cd(None, "/vpn/l3vpn/vlan-id")
        self.assertEqual(ncs.Value.str2val("7", node).confd_type_str(), "C_UINT16")
        self.assertEqual(ncs.Value.str2val("7", (0, "/vpn/l3vpn/vlan-id")), 7)
        self.assertEqual(ncs.Value(7).val2str(node), "7")
        with self.assertRaises(Error) as caught:
            ncs.Value.str2val("x", node)
        self.assertEqual(caught.exception.confd_errno, 5)


class Keypaths(unittest.TestCase):
    def setUp(self) -> None:
        host = example_host()
        from ncs._view import View

        self.at = View(host.schema).at

    def keypath(self, path: str = "/vpn/l3vpn{acme}/endpoint{ce0 1}/address") -> ncs.HKeypathRef:
        return self.at(path).keypath()

    def test_they_start_at_the_end(self) -> None:
        kp = self.keypath()
        self.assertEqual([str(e) if not isinstance(e, tuple) else list(map(str, e)) for e in kp],
                         ["address", ["ce0", "1"], "endpoint", ["acme"], "l3vpn", "vpn"])  # fmt: skip
        self.assertEqual((len(kp), str(kp[0]), kp[1][1].as_pyval(), str(kp[-1]), str(kp[-3][0])),
                         (6, "address", 1, "vpn", "acme"))  # fmt: skip
        self.assertEqual(kp[1][1].confd_type_str(), "C_INT32")

    def test_their_text_has_prefixes_where_the_module_changes(self) -> None:
        self.assertEqual(str(self.keypath()), "/v:vpn/l3vpn{acme}/endpoint{ce0 1}/address")
        self.assertEqual(
            str(self.keypath("/devices/device{a}/config/hostname")), "/ncs:devices/device{a}/config/v:hostname"
        )
        self.assertEqual(str(self.keypath('/vpn/l3vpn{"a b"}')), '/v:vpn/l3vpn{"a b"}')

    def test_slices_reach_to_the_end(self) -> None:
        kp = self.keypath()
        self.assertEqual(str(kp[1:]), "/v:vpn/l3vpn{acme}/endpoint{ce0 1}")
        self.assertEqual(str(kp.dup_len(2)), "/v:vpn/l3vpn")
        self.assertEqual(kp.dup(), kp)
        for bad in (slice(1, 2), slice(0, 6, 2), slice(9, None)):
            with self.assertRaises(IndexError):
                kp[bad]

    def test_they_are_found_in_the_schema_and_shown_as_xpath(self) -> None:
        self.assertEqual(_ncs.find_cs_node(self.keypath()).tag(), _ncs.str2hash("address"))
        self.assertEqual(
            _ncs.xpath_pp_kpath(self.keypath()),
            "/v:vpn/l3vpn[v:name='acme']/endpoint[v:id='ce0'][v:unit='1']/address",
        )
        self.assertTrue(_ncs.hkp_prefix_tagmatch(self.keypath(), [SCHEMA.root.names["vpn"].tag]))

    def test_an_instance_identifier_is_a_keypath(self) -> None:
        with ncs.maapi.Maapi() as m:
            for xpath in (
                "/v:vpn/l3vpn[name='acme']/endpoint[v:unit=\"1\"][id='ce0']/address",
                "/vpn:vpn/vpn:l3vpn[vpn:name='acme']/vpn:endpoint[ id = 'ce0' ][unit='1']/address",
            ):
                self.assertEqual(m.xpath2kpath(xpath), self.keypath())
            self.assertEqual(str(_ncs.maapi.xpath2kpath(m.msock, "/v:vpn/l3vpn")), "/v:vpn/l3vpn")
            for xpath in ("vpn", "/v:vpn/l3vpn[id='x']", "/v:vpn/nothing", "/v:vpn/l3vpn[name=acme]"):
                with self.subTest(xpath), self.assertRaises(Error):
                    m.xpath2kpath(xpath)

    def test_contexts_and_keypaths_are_not_pickled(self) -> None:
        for item in (self.keypath(), ncs.UserInfo("a", "b", 1), ncs.TransCtxRef(1, ncs.UserInfo("a", "b", 1))):
            with self.assertRaises(TypeError):
                pickle.dumps(item)


class KeypathTexts(unittest.TestCase):
    def test_keys_may_be_quoted(self) -> None:
        for text, keys in [
            ("/a{x}", ("x",)), ("/a{x y}", ("x", "y")), ('/a{"x y" z}', ("x y", "z")), ("/a{ x  y }", ("x", "y")),
            (r'/a{"q\"b\\"}', ('q"b\\',)), ('/a{""}', ("",)), ("/a{x/y}", ("x/y",)), ('/a{"}"}', ("}",)), ("/a{}", ()),
        ]:  # fmt: skip
            self.assertEqual(parse(text).steps[0].keys, keys, text)

    def test_what_is_no_keypath_is_refused(self) -> None:
        for text in ("/a{x", '/a{"x}', "/a}", "/a{x}b", "//a", "/a b", "/a{x{y}}"):
            with self.subTest(text), self.assertRaises(Error):
                parse(text)


class Keys(unittest.TestCase):
    def test_they_are_made_of_text_or_values(self) -> None:
        for key in (Key("{a b}"), Key(["a", "b"]), Key(("a", ncs.Value("b"))), Key(Key("{a b}"))):
            self.assertEqual((str(key), len(key), str(key[0])), ("{a b}", 2, "a"))
        self.assertEqual(str(Key("a b")), '{"a b"}')
        self.assertEqual(Key("x"), "{x}")


PUBLISHED = {
    "": 147926629,
    "a": 1589197455,
    "name": 1998270519,
    "ncs": 100351196,
    "tailf-common": 1783073334,
    "http://tail-f.com/ns/ncs": 469622343,
    "http://tail-f.com/yang/common": 559636364,
    "devices": 270307409,
    "a-rather-long-name-of-more-than-24": 2092459728,
}
