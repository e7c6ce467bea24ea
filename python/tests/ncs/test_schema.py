from __future__ import annotations

import struct
import tempfile
import unittest

from _ncs.error import Error
from ncs._schema import Schema, python_name

from .example import SCHEMA
from .schema_builder import container, leaf, make_schema, module, schema_bytes
from .vectors import example_schema


class TheHostsSchemaFile(unittest.TestCase):
    def test_nodes_are_found_by_all_their_names(self) -> None:
        root = example_schema().root
        system = root.names["system"]
        for name in ("ex:system", "example:system", "ex__system", "example__system"):
            self.assertIs(root.names[name], system)

    def test_interior_nodes_have_their_statements(self) -> None:
        root = example_schema().root
        system = root.names["system"]
        self.assertTrue(system.is_presence)
        endpoint = system.names["endpoint"]
        self.assertEqual([leaf.name for leaf in endpoint.keys], ["id", "port"])
        self.assertEqual(endpoint.fields["sp"], "example-point")
        self.assertEqual(endpoint.names["reset"].fields["ap"], "example-reset")
        self.assertEqual([n.name for n in root.names["ping"].children[0].data_children], ["target"])

    def test_leafs_have_types_and_defaults(self) -> None:
        system = example_schema().root.names["system"]
        self.assertEqual(system.names["load"].type, {"b": "uint8", "r": [[0, 100]]})
        self.assertEqual(system.names["load"].defaults, ["50"])
        self.assertFalse(system.names["uptime"].is_config)
        self.assertTrue(system.names["server"].is_ordered_by_user)
        self.assertTrue(system.names["enabled"].is_empty_leaf)

    def test_what_stands_in_choices_is_shown_in_their_place(self) -> None:
        endpoint = example_schema().root.names["system"].names["endpoint"]
        names = [child.name for child in endpoint.data_children]
        self.assertEqual(names[-4:], ["tcp", "size", "options", "reset"])
        self.assertEqual([choice.name for choice in endpoint.choices()], ["way"])
        self.assertIs(endpoint.names["size"].data_parent, endpoint)

    def test_a_name_carries_its_module_where_that_changes(self) -> None:
        root = example_schema().root
        self.assertTrue(root.names["system"].is_qualified)
        self.assertFalse(root.names["system"].names["name"].is_qualified)
        self.assertTrue(root.names["services"].names["note"].is_qualified)


    def test_nodes_are_found_by_their_points(self) -> None:
        schema = example_schema()
        system = schema.root.names["system"]
        self.assertEqual(list(schema.at_point("example-point")), [system.names["endpoint"]])
        self.assertEqual(list(schema.at_point("example-reset")), [system.names["endpoint"].names["reset"]])
        self.assertEqual(list(schema.at_point("example")), [])


class SchemaFiles(unittest.TestCase):
    def test_a_node_is_read_when_it_is_visited(self) -> None:
        schema = Schema(schema_bytes(module("m", "m", container("a", container("b", leaf("c"))))))
        lines: list[int] = []
        original = schema.line
        schema.line = lambda number: lines.append(number) or original(number)  # type: ignore[method-assign]
        b = schema.root.names["a"].names["b"]
        self.assertEqual(lines, [2])
        self.assertEqual(list(b.data_children)[0].name, "c")
        self.assertEqual(lines, [2, 3])

    def test_a_file_is_mapped(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(schema_bytes(module("m", "m", leaf("x"))))
            file.flush()
            self.assertIn("x", Schema.load(file.name).root.names)

    def test_what_is_not_a_schema_file_is_refused(self) -> None:
        good = schema_bytes(module("m", "m", leaf("x")))
        other = b'{"format":2,"modules":[]}\n{}\n' + struct.pack("<QQQQ", 0, 26, 2, 29)
        for data in (b"", good[:-1], good + b"x", other):
            with self.assertRaises(Error):
                Schema(data)

    def test_the_first_module_has_an_ambiguous_name(self) -> None:
        root = SCHEMA.root
        self.assertEqual(root.names["services"].prefix, "ncs")
        self.assertEqual(root.names["r__services"].prefix, "r")

    def test_a_modules_name_wins_over_an_equal_prefix(self) -> None:
        schema = make_schema(module("a", "b", leaf("x")), module("b", "c", leaf("x")))
        self.assertEqual(schema.root.names["b:x"].qualified, "b:x")

    def test_dashes_and_dots_become_underscores(self) -> None:
        self.assertEqual(python_name("as-path.length"), "as_path_length")
