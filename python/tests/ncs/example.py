"""The schema and data that most tests use."""

from __future__ import annotations

from typing import Any, Optional

from ncs import _backend, _transactions
from ncs.maapi import Transaction, single_read_trans, single_write_trans

from .memory_host import MemoryHost
from .schema_builder import (
    Node,
    action,
    case,
    choice,
    container,
    leaf,
    leaf_list,
    list_,
    make_schema,
    module,
)

ENUM = [["down", 0], ["up", 1]]
IDENTITIES = [["roles", "r", "core"], ["roles", "r", "edge"]]



def plan(keys: str) -> Node:
    """Return a service's plan; that of a nano service has two keys."""
    status = leaf("status", "enumeration", e=[["not-reached", 0], ["reached", 1], ["failed", 2]])
    states = list_("state", "name", leaf("name"), status, leaf("when"))
    return container("plan", list_("component", keys, leaf("type"), leaf("name"), states), cfg=False)


SCHEMA = make_schema(
    module(
        "devices-model",
        "ncs",
        container(
            "devices",
            list_(
                "device",
                "name",
                leaf("name"),
                leaf("address"),
                leaf("port", "uint16", **{"def": ["830"]}),
                container(
                    "config",
                    list_("interface", "type id", leaf("type"), leaf("id", "uint32"), leaf("description"), m=1),
                    leaf("hostname", m=1),
                ),
                action("sync-from", [container("wait-for-lock", pres=True)], [leaf("result", "boolean"), leaf("info")]),
            ),
        ),
        container("services"),
    ),
    module(
        "vpn",
        "v",
        container(
            "vpn",
            list_(
                "l3vpn",
                "name",
                leaf("name"),
                leaf("vlan-id", "uint16", r=[[1, 4094]]),
                leaf("as.number", "uint32"),
                leaf("enabled", "boolean", **{"def": ["true"]}),
                leaf("state", "enumeration", e=ENUM),
                leaf("flags", "bits", e=[["a", 0], ["b", 1], ["z", 70]]),
                leaf("ratio", "decimal64", fd=2),
                leaf("blob", "binary"),
                leaf("role", "identityref", i=IDENTITIES),
                leaf("mixed", "union", u=[{"b": "uint8"}, {"b": "string", "pat": ["x.*"]}]),
                leaf("big", "uint64"),
                leaf("device", "leafref", path="/ncs:devices/device/name", t={"b": "string"}),
                leaf("nothing", "empty"),
                leaf_list("roles", "identityref", i=IDENTITIES),
                leaf_list("numbers", "uint8"),
                leaf_list("path", user=True),
                container("qos", leaf("class"), leaf("weight", "uint8"), pres=True),
                container("plain", leaf("text"), container("deep", leaf("x"))),
                list_("endpoint", "id unit", leaf("id"), leaf("unit", "int32"), leaf("address"), leaf("delete")),
                list_("rule", "name", leaf("name"), leaf("text"), user=True),
                choice(
                    "kind",
                    case("cli", leaf("cli-text"), container("cli-more", leaf("y"))),
                    case(
                        "netconf", leaf("nc-text"), leaf("nc-port", "uint16", **{"def": ["22"]}),
                        container("nc-more", leaf("level", "uint8", **{"def": ["5"]})),
                    ),
                    defcase="netconf",
                ),
                action(
                    "self-test",
                    [leaf("when"), leaf("number", "uint8"), leaf_list("names")],
                    [
                        leaf("success", "boolean"), leaf("message"), list_("row", "", leaf("text")),
                        container("detail", leaf_list("names"), list_("row", "", leaf("text")), pres=True),
                    ],
                    ap="self-test-point",
                ),
                list_(
                    "plan-component", "type name", leaf("type"), leaf("name"),
                    list_("state", "name", leaf("name"), leaf("status")),
                ),
                plan("type name"),
                container("classic", plan("name")),
                sp="l3vpn",
            ),
            leaf("count", "uint32", cfg=False),
        ),
        leaf("motto"),
        action("ping", [leaf("host")], [leaf("alive", "boolean")], kind="rpc"),
    ),
    module("roles", "r", container("services", leaf("mode"))),
)  # fmt: skip


def example_host(tree: Optional[dict] = None, page: int = 10_000) -> MemoryHost:
    """Return a host with this data and make it the one that the API talks to."""
    host = MemoryHost(SCHEMA, tree, page)
    _transactions._views.clear()
    _transactions._foreign.clear()
    _backend.install(host)
    return host


def write_trans(**named: Any) -> Transaction:
    """Open a transaction for writing."""
    return single_write_trans("admin", "test", **named)


def read_trans(**named: Any) -> Transaction:
    """Open a transaction for reading."""
    return single_read_trans("admin", "test", **named)


def vpn_tree(**content: Any) -> dict:
    """Return data with one service instance, `acme`, with this content."""
    row = {"name": "acme", **{name.replace("_", "-"): value for name, value in content.items()}}
    return {"vpn:vpn": {"l3vpn": [row]}}
