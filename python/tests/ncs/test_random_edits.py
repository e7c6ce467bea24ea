"""Any sequence of reads and writes through a partial tree shows what a whole tree would show."""

from __future__ import annotations

import random
import unittest
from typing import Any

from ncs import maagic

from .example import example_host, write_trans
from .memory_host import MemoryHost

KEYS = ["a", "b", "c", "d", "e"]


def start_tree(chance: random.Random) -> dict:
    rows = []
    for name in KEYS:
        if chance.random() < 0.6:
            row: dict[str, Any] = {"name": name}
            if chance.random() < 0.5:
                row["vlan-id"] = chance.randint(1, 9)
            if chance.random() < 0.4:
                row["qos"] = {"class": chance.choice(KEYS)}
            if chance.random() < 0.5:
                row["plain"] = {"deep": {"x": chance.choice(KEYS)}}
            if chance.random() < 0.5:
                row["numbers"] = chance.sample(range(9), chance.randint(1, 5))
            if chance.random() < 0.5:
                row["cli-text" if chance.random() < 0.5 else "nc-text"] = "t"
            if chance.random() < 0.6:
                pairs = chance.sample([(k, n) for k in KEYS for n in range(3)], chance.randint(1, 5))
                row["endpoint"] = [{"id": k, "unit": n, "address": "x"} for k, n in sorted(pairs)]
            if chance.random() < 0.6:
                row["rule"] = [{"name": k, "text": k} for k in chance.sample(KEYS, chance.randint(1, 4))]
            rows.append(row)
    return {"vpn:vpn": {"l3vpn": rows}} if rows else {}


class Actor:
    """Does the same thing to any number of trees and returns what each showed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def step(self) -> Any:
        chance = self.chance
        key, other, number = chance.choice(KEYS), chance.choice(KEYS), chance.randint(1, 9)
        return chance.choice(
            [
                lambda s: s.l3vpn.create(key) and None,
                lambda s: self.make(s.l3vpn.create(key), other, number),
                lambda s: self.make(s.l3vpn.create(key), other, number),
                lambda s: s.l3vpn.__delitem__(key),
                lambda s: s.l3vpn.delete() if number == 1 else None,
                lambda s: [e.name for e in s.l3vpn],
                lambda s: len(s.l3vpn),
                lambda s: key in s.l3vpn,
                lambda s: bool(s.l3vpn),
                lambda s: self.entry(s, key, lambda e: setattr(e, "vlan_id", number)),
                lambda s: self.entry(s, key, lambda e: e.vlan_id),
                lambda s: self.entry(s, key, lambda e: delattr(e, "vlan_id")),
                lambda s: self.entry(s, key, lambda e: e.enabled),
                lambda s: self.entry(s, key, lambda e: bool(e.qos)),
                lambda s: self.entry(s, key, lambda e: e.qos.create() and None),
                lambda s: self.entry(s, key, lambda e: e.qos.delete()),
                lambda s: self.entry(s, key, lambda e: e.qos["class"]),
                lambda s: self.entry(s, key, lambda e: setattr(e.qos, "weight", number)),
                lambda s: self.entry(s, key, lambda e: e.plain.deep.x),
                lambda s: self.entry(s, key, lambda e: setattr(e.plain.deep, "x", other)),
                lambda s: self.entry(s, key, lambda e: e.plain.delete()),
                lambda s: self.entry(s, key, lambda e: str(e.kind)),
                lambda s: self.entry(s, key, lambda e: setattr(e, "cli_text", other)),
                lambda s: self.entry(s, key, lambda e: setattr(e, "nc_text", other)),
                lambda s: self.entry(s, key, lambda e: setattr(e.cli_more, "y", other)),
                lambda s: self.entry(s, key, lambda e: e.cli_text),
                lambda s: self.entry(s, key, lambda e: sorted(e.numbers)),
                lambda s: self.entry(s, key, lambda e: e.numbers.create(number)),
                lambda s: self.entry(s, key, lambda e: e.numbers.remove(number)),
                lambda s: self.entry(s, key, lambda e: number in e.numbers),
                lambda s: self.entry(s, key, lambda e: setattr(e, "numbers", [number, number + 10])),
                lambda s: self.entry(s, key, lambda e: e.nothing.create() and None),
                lambda s: self.entry(s, key, lambda e: e.nothing.exists()),
                lambda s: self.entry(s, key, lambda e: e.endpoint.create(other, number % 3) and None),
                lambda s: self.entry(s, key, lambda e: setattr(e.endpoint.create(other, 1), "address", "z")),
                lambda s: self.entry(s, key, lambda e: [(x.id, x.unit, x.address) for x in e.endpoint]),
                lambda s: self.entry(s, key, lambda e: e.endpoint.__delitem__((other, number % 3))),
                lambda s: self.entry(s, key, lambda e: e.endpoint.delete() if number < 4 else None),
                lambda s: self.entry(s, key, lambda e: e.endpoint.exists((other, number % 3))),
                lambda s: self.entry(s, key, lambda e: [(x.name, x.text) for x in e.rule]),
                lambda s: self.entry(s, key, lambda e: setattr(e.rule.create(other), "text", str(number))),
                lambda s: self.entry(s, key, lambda e: e.rule.__delitem__(other)),
                lambda s: self.entry(s, key, lambda e: self.move(e, other, number)),
            ]
        )

    @staticmethod
    def entry(vpn: Any, key: str, action: Any) -> Any:
        return action(vpn.l3vpn[key]) if key in vpn.l3vpn else "no entry"

    def make(self, entry: Any, key: str, number: int) -> Any:
        """Set some leafs of a new entry, a few of which are looked at on the way."""
        values = [("vlan_id", number), ("cli_text", key), ("nc_text", key), ("numbers", [number, number + 10])]
        for name, value in self.chance.choices(values, k=3):
            setattr(entry, name, value)
            if self.chance.random() < 0.2:
                return getattr(entry, name) == value
        return entry.rule.create(key).name

    @staticmethod
    def move(entry: Any, key: str, number: int) -> Any:
        if key not in entry.rule:
            return "no rule"
        others = [rule.name for rule in entry.rule if rule.name != key]
        where = 1 + number % 4
        if where in (2, 3):
            return entry.rule.move(key, where, others[0]) if others else None
        return entry.rule.move(key, where)


class RandomEdits(unittest.TestCase):
    def test_a_cut_tree_shows_what_a_whole_tree_shows(self) -> None:
        for seed in range(40):
            with self.subTest(seed=seed):
                self._compare(seed)

    def _compare(self, seed: int) -> None:
        chance = random.Random(seed)
        tree = start_tree(chance)
        whole = self._run(tree, seed, page=10_000, depth=100)
        cut = self._run(tree, seed, page=chance.choice([1, 2, 3]), depth=chance.choice([0, 1, 2, 3]))
        for index, (left, right) in enumerate(zip(whole[0], cut[0])):
            self.assertEqual(left, right, f"step {index}")
        self.assertEqual(whole[1].tree(), cut[1].tree())

    def _run(self, tree: dict, seed: int, page: int, depth: int) -> tuple[list, MemoryHost]:
        host = example_host(tree, page)
        host.depth = depth
        actor = Actor(random.Random(seed + 1))
        shown = []
        with write_trans() as trans:
            vpn = maagic.get_root(trans).vpn
            for _ in range(40):
                shown.append(actor.step()(vpn))
                if actor.chance.random() < 0.02:
                    trans.apply()
            mine = maagic.as_pyval(vpn, include_oper=True)
            trans.apply()
            self.assertEqual(mine, maagic.as_pyval(vpn, include_oper=True), "what was seen is what was applied")
            shown.append(mine)
        return shown, host
