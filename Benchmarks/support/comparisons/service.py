"""Commits of service instances whose create() reads five leafs and writes list entries of two leafs."""

from __future__ import annotations

import pathlib
import statistics
import threading
import time

from support.control import Control, control
from support.hosts import host
from support.packages import write_package
from support.setting import Setting

TITLE = "4. Service: a commit of one instance, which writes list entries of two leafs"
ENTRIES = (10, 100, 1000)
CLIENTS = 16

YANG = """  container ordered {
    list order {
      key name;
      uses ncs:service-data;
      ncs:servicepoint order;
      leaf name { type string; }
      leaf count { type uint32; mandatory true; }
      leaf first { type string; }
      leaf second { type string; }
      leaf third { type uint32; }
      leaf fourth { type boolean; }
    }
    tailf:action nothing { tailf:actionpoint nothing; }
  }
  list written {
    key name;
    leaf name { type string; }
    list entry { key id; leaf id { type uint32; } leaf value { type uint32; } }
  }
"""

MAIN = """import ncs
from ncs.application import Service
from ncs.dp import Action


class Order(Service):

    @Service.create
    def cb_create(self, tctx, root, service, proplist):
        if (service.first, service.second, service.third, service.fourth) != ("one", "two", 3, True):
            raise ValueError("the instance is not what was committed")
        entries = root.written.create(service.name).entry
        for number in range(service.count):
            entries.create(number).value = number


class Nothing(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        pass


class Main(ncs.application.Application):

    def setup(self):
        # With the second callpoint, so that either mode is possible.
        self.register_service("order", Order)
        self.register_action("nothing", Nothing)
"""


def commit(client: Control, name: str, count: int) -> float:
    """Commit an instance that writes so many entries, and return the seconds that took."""
    value = {"name": name, "count": count, "first": "one", "second": "two", "third": 3, "fourth": True}
    path = f"/orders:ordered/order{{{name}}}"
    started = time.monotonic()
    client.ask("commit", edits=[{"op": "merge", "path": path, "value": value}])
    return time.monotonic() - started


def commit_by_many(socket: str, instances: int) -> float:
    """Commit instances from so many clients at once, and return the instances a second."""
    def work(number: int) -> None:
        with control(socket) as client:
            for instance in range(number, instances, CLIENTS):
                commit(client, f"many-{instance}", 10)

    clients = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
    started = time.monotonic()
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return instances / (time.monotonic() - started)


def measure(setting: Setting, package: pathlib.Path) -> dict[str, float]:
    """Measure commits of every size, and of many clients."""
    found = {}
    instances = 100 if setting.quick else 1000
    with host(setting.tool, package) as running:
        with control(running.socket_path) as client:
            for count in ENTRIES:
                times: list[float] = []
                end = time.monotonic() + setting.seconds
                while len(times) < 3 or time.monotonic() < end:
                    times.append(commit(client, "one", count))
                    client.ask("commit", edits=[{"op": "delete", "path": "/orders:ordered/order{one}"}])
                found[str(count)] = statistics.median(times) * 1000
            found["many"] = commit_by_many(running.socket_path, instances)
            [written] = client.ask("get", path="/orders:written{many-0}")["data"]["orders:written"]
            if len(written["entry"]) != 10:
                raise SystemExit(f"the service has not written what it should: {written}")
    return found


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    packages = {
        model: write_package(setting.directory / f"service-{model}", "orders", model, python=MAIN, yang=YANG)
        for model in ("threading", "multiprocessing")
    }
    measured = setting.alternate(
        {model: lambda package=package: measure(setting, package) for model, package in packages.items()})
    for model, values in measured.items():
        for count in ENTRIES:
            report.add(f"a commit that writes {count:,} entries, {model}", values[str(count)], "ms")
        each = [milliseconds * 1000 / 1000 for milliseconds in values["1000"]]
        report.add(f"create and set of one of 1,000 list entries, {model}", each, "µs")
        report.add(f"instances of 10 entries by 16 clients, {model}", values["many"], "/s")
