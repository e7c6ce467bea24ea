"""The course of a soak: load and faults, with quiet points between at which everything must be whole."""

from __future__ import annotations

import json
import pathlib
import random
import selectors
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

from support import processes
from support.hosts import Host
from support.soak.client import Client
from support.soak.faults import Faults
from support.soak.journal import NEVER, Registers, Request, Runs
from support.soak.mix import TOO_LARGE, Mix
from support.soak.model import CALM, TARGETS, Packages, inconsistencies, values

CLIENTS = 10
IN_FLIGHT = 100
#: The numbers of what is no client with a load of its own.
OPERATOR, PROBER, WATCHER = CLIENTS, CLIENTS + 1, CLIENTS + 2
#: How many sleeps a burst sends for one callpoint: more than its queue holds.
BURST = 1500
#: How long everything may take to become whole after the last fault; a back-off alone may take 30 seconds.
PATIENCE = 90.0


class Failed(Exception):
    """The soak cannot go on."""


@dataclass
class Sample:
    """What the processes held at a quiet point."""

    time: float
    host_megabytes: float
    tree_megabytes: float
    #: The host's, but for sockets.
    descriptors: int
    sockets: int
    #: The host's connections that no process and no client of ours has the other end of.
    ownerless: int
    processes: int


@dataclass
class Plan:
    """How long, and how often."""

    seconds: float
    #: From one quiet point to the next.
    round_seconds: float
    seed: str


@dataclass
class Course:
    """One run."""

    host: Host
    packages: Packages
    records: pathlib.Path
    plan: Plan
    requests: list[Request] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begun = time.monotonic()
        self._random = random.Random(f"{self.plan.seed} course")
        self._mix = Mix(f"{self.plan.seed} mix", self.requests)
        self.faults = Faults(f"{self.plan.seed} faults", self.host.process.pid)
        self.registers = Registers()
        self._selector = selectors.DefaultSelector()
        self._clients = [self._client(number) for number in range(CLIENTS)]
        #: Sends `stop`, `start` and `reload`, and has no load of its own.
        self._operator = self._client(OPERATOR)
        #: Calls what nobody touches, one call after the other.
        self._watcher = self._client(WATCHER)
        self._away: dict[int, float] = {}
        #: The VM that is stopped and the package that cannot be loaded, until the next operation.
        self._stopped: str | None = None
        self._broken: str | None = None
        self.answers = 0
        self.abandoned = 0

    def close(self) -> None:
        """Let the connections go."""
        for client in self._everybody:
            if client.socket is not None:
                client.socket.close()
        self._selector.close()

    def _client(self, number: int) -> Client:
        client = Client(number, self.host.socket_path, self._answered, self._complain)
        self._connect(client)
        return client

    @property
    def _everybody(self) -> list[Client]:
        return [*self._clients, self._operator, self._watcher]

    def _connect(self, client: Client) -> None:
        self._selector.register(client.connect(), selectors.EVENT_READ, client)

    def _complain(self, text: str) -> None:
        self.failures.append(text)
        print(f"FAILED: {text}", flush=True)
        if len(self.failures) >= 20:
            raise Failed("too much fails to go on")

    # Load and faults.

    def run(self) -> None:
        """Go through all rounds, and stop the host."""
        self._whole()
        end = self.begun + self.plan.seconds
        while (now := time.monotonic()) < end and not self.failures:
            self._round(min(end, now + self.plan.round_seconds))
            self._settle()
        self._check_runs()
        self._check_calm()

    def _round(self, end: float) -> None:
        """Keep the load up and kill something every second."""
        now = time.monotonic()
        strike = now + self._random.uniform(0.3, 1.0)
        operation, leave = now + self._random.uniform(2, 8), now + self._random.uniform(1, 3)
        special = now + self._random.uniform(2, 6)
        watch = now
        while now < end:
            for client in self._clients:
                if client.socket is None and self._away[client.number] <= now:
                    self._connect(client)
                while client.socket is not None and len(client.waiting) < IN_FLIGHT:
                    self._send(client, *self._mix.make(client.number, now))
            if not self._watcher.waiting and now >= watch:
                watch = now + 0.01
                self._send(self._watcher, *self._mix.calm(WATCHER, now))
            if now >= strike:
                strike = now + 1
                self.faults.strike(now)
            if now >= leave:
                leave = now + self._random.uniform(1, 4)
                self._leave(self._random.choice(self._clients), now)
            if now >= operation:
                operation = now + self._random.uniform(0.3, 1.0 if self._stopped or self._broken else 10)
                self._operate(now)
            if now >= special:
                special = now + self._random.uniform(5, 15)
                self._special(self._random.choice(self._clients), now)
            self.faults.resume(now)
            self._turn(min(0.05, end - now))
            now = time.monotonic()
            self._progress(now)

    def _send(self, client: Client, request: Request, line: bytes) -> None:
        if request.writes is not None:
            self.registers.wrote(request)
        client.send(request, line)

    def _leave(self, client: Client, now: float) -> None:
        """Disconnect a client with everything on its way; it comes back soon."""
        if client.socket is not None:
            self._selector.unregister(client.socket)
            self.abandoned += client.disconnect(now)
            self._away[client.number] = now + self._random.uniform(0, 0.5)

    def _operate(self, now: float) -> None:
        """Stop, start or reload, or take back what the last time did."""
        if self._broken is not None:
            self.packages.change_code(self._broken)
            self._broken = None
            return self._request("reload", {}, now)
        if self._stopped is not None:
            vm, self._stopped = self._stopped, None
            return self._request("start", {"vm": vm}, now)
        vm = self._random.choice(list(TARGETS))
        what = self._random.choice(["stop", "stop", "reload", "code", "model", "break"])
        if what == "stop":
            self._stopped = vm
            return self._request("stop", {"vm": vm}, now)
        if what == "code":
            self.packages.change_code(vm)
        elif what == "model":
            self.packages.change_model(vm)
        elif what == "break":
            self.packages.change_code(vm, breaks=True)
            self._broken = vm
        self._request("reload", {}, now)

    def _request(self, method: str, params: dict, now: float) -> None:
        """Send what is no load."""
        number = len(self.requests)
        # It may come while the host loads packages, or while the VM dies again and again.
        allowed = frozenset({"result", "busy", "unavailable"})
        request = Request(number, method, "", OPERATOR, now, allowed, deadline=now + PATIENCE)
        self.requests.append(request)
        line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self._operator.send(request, line.encode() + b"\n")

    def _special(self, client: Client, now: float) -> None:
        """Send more than a callpoint's queue holds at once, lines that are no requests, or what is too long."""
        if client.socket is None:
            return
        what = self._random.choice(["burst", "garbage", "oversized"])
        vm = self._random.choice(list(TARGETS))
        if what == "garbage":
            client.send(None, b'{"jsonrpc": "2.0", "id": 1, \n')
            client.send(None, b"x" * TOO_LARGE + b"\n")
        elif what == "oversized":
            for request, line in self._mix.oversized(client.number, now, vm):
                self._send(client, request, line)
        else:
            for _ in range(BURST):
                self._send(client, *self._mix.burst(client.number, now, vm))

    def _turn(self, patience: float) -> None:
        """Write and read what can be, and wait for that if there is nothing."""
        for client in self._everybody:
            if client.socket is not None:
                client.flush()
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.has_unsent else 0)
                if self._selector.get_key(client.socket).events != wanted:
                    self._selector.modify(client.socket, wanted, client)
        for key, _ in self._selector.select(max(0, patience)):
            client = key.data
            if not client.receive(time.monotonic()):
                self._leave(client, time.monotonic())
        now = time.monotonic()
        for client in self._everybody:
            for request in client.waiting.values():
                if request.deadline < now:
                    raise Failed(f"{request.kind} {request.number} for {request.vm} has no outcome after "
                                 f"{now - request.sent:.1f} s")
                break

    def _answered(self, request: Request, answer: dict) -> None:
        self.answers += 1
        outcome = request.outcome or ""
        self.outcomes.setdefault(request.kind, Counter())[outcome] += 1
        if outcome not in request.allowed:
            return self._complain(f"{request.kind} {request.number} ended in {json.dumps(answer)[:500]}")
        if outcome == "callback-error" and request.failure not in answer["error"]["message"]:
            return self._complain(f"{request.kind} {request.number} failed with {answer['error']['message'][:300]}")
        if outcome == "result":
            self._check_result(request, answer["result"])

    def _check_result(self, request: Request, result: dict) -> None:
        if "output" in result:
            run = result["output"].get("run")
            if run != str(request.number):
                self._complain(f"{request.kind} {request.number} has the answer of {run}")
            if request.kind == "nested":
                inner = result["output"].get("inner", "")
                if inner != f"{run}+1" and not inner.startswith("error: "):
                    self._complain(f"{request.kind} {request.number} has the inner answer {inner}")
        elif request.reads is not None:
            found = values(request.vm, result["data"])
            self.registers.read(request.reads, found.get(request.reads), request.sent, request.answered)
        elif request.kind == "document":
            self._check_document(request.vm, result["data"], request.sent, request.answered)

    def _check_document(self, vm: str, data: dict, begun: float, ended: float) -> None:
        for text in inconsistencies(vm, data):
            self._complain(text)
        found = values(vm, data)
        for key in {key for key in self.registers.keys if key[0] == vm} | found.keys():
            self.registers.read(key, found.get(key), begun, ended)

    # Quiet points.

    def _settle(self) -> None:
        """Take load and faults away, wait until everything is whole, and look at what is left."""
        self.faults.resume_all()
        while self._stopped or self._broken:
            self._operate(time.monotonic())
        while any(client.waiting for client in self._everybody):
            self._turn(0.05)
            self._progress(time.monotonic())
        for client in self._clients:
            if client.nameless:
                self._complain(f"client {client.number} still waits for {client.nameless} errors without a number")
        self._whole()
        for text in self.registers.violations():
            self._complain(text)

    def _whole(self) -> None:
        """Wait until everything runs and nothing is left to do; call every callpoint, and take a sample."""
        with Caller(self.host.socket_path) as caller:
            deadline = time.monotonic() + PATIENCE
            while unrest := _unrest(caller.call("status", {})):
                if time.monotonic() > deadline:
                    raise Failed(f"not whole after {PATIENCE:.0f} s without load and faults: {'; '.join(unrest)}")
                time.sleep(0.1)
            self._reload(caller)
            for vm in [*TARGETS, CALM]:
                self._call_every_callpoint(caller, vm)
                begun = time.monotonic()
                data = caller.call("get", {"path": f"/{vm}:{vm}"})["data"]
                self._check_document(vm, data, begun, time.monotonic())
            while unrest := _unrest(caller.call("status", {})):
                if time.monotonic() > deadline:
                    raise Failed(f"not whole after a call of each callpoint: {'; '.join(unrest)}")
                time.sleep(0.1)
            self.samples.append(self._sample())

    def _reload(self, caller: Caller) -> None:
        """Load what a reload that faults met may have left."""
        for package in caller.call("reload", {})["packages"]:
            if not package["result"]:
                self._complain(f"at a quiet point, a reload says {package}")

    def _call_every_callpoint(self, caller: Caller, vm: str) -> None:
        for request, line in self._mix.probes(PROBER, time.monotonic(), vm):
            answer = caller.exchange(line)
            request.outcome = "result" if "result" in answer else answer["error"]["data"]["kind"]
            request.answered = time.monotonic()
            if request.writes is not None:
                self.registers.wrote(request)
            if request.outcome not in (request.allowed if request.kind == "fail" else {"result"}):
                self._complain(f"at a quiet point, {vm}'s {request.kind} answers {answer}")
            elif request.kind == "quick":
                runs, wanted = answer["result"]["output"]["inner"], f"version {self.packages.versions[vm]}"
                if runs != wanted:
                    self._complain(f"at a quiet point, {vm} runs {runs}, and {wanted} is on disk")

    def _sample(self) -> Sample:
        pid = self.host.process.pid
        tree = processes.below(pid)
        held = processes.descriptors(pid)
        # A connection has a descriptor for each direction.
        sockets = {name for name in held if name.startswith("socket:")}
        owned = sum(name.startswith("socket:") for process in tree for name in processes.descriptors(process.pid))
        clients = sum(client.socket is not None for client in self._everybody)
        return Sample(
            time.monotonic() - self.begun, processes.resident_megabytes(pid),
            sum(processes.private_megabytes(process.pid) for process in tree),
            sum(not name.startswith("socket:") for name in held), len(sockets), len(sockets) - owned - clients,
            len(tree))

    # Reports.

    _told = 0.0

    def _progress(self, now: float) -> None:
        if now - self._told < 5:
            return
        self._told = now
        on_the_way = Counter(request.kind for client in self._clients for request in client.waiting.values())
        total: Counter[str] = Counter()
        for counts in self.outcomes.values():
            total += counts
        kills = sum(self.faults.kills.values())
        words = ", ".join(f"{count} {outcome}" for outcome, count in total.most_common())
        most = ", ".join(f"{count} {kind}" for kind, count in on_the_way.most_common(4))
        print(f"{now - self.begun:6.1f} s  {sum(on_the_way.values())} in flight ({most}), {kills} kills; {words}", flush=True)

    def calm(self) -> tuple[list[Request], list[Request]]:
        """Return the requests for the VM that nobody touches: those that no guard's death met, and those that one did.

        When a guard dies, so do all VMs; that is over when a request that was sent later has its result.
        """
        asked = [request for request in self.requests if request.kind == "calm" and request.outcome != "abandoned"]
        spans = []
        for death in self.faults.guard_deaths:
            served = (request.answered for request in asked if request.sent > death and request.outcome == "result")
            spans.append((death, min(served, default=NEVER)))
        undisturbed: list[Request] = []
        disturbed: list[Request] = []
        for request in asked:
            met = any(request.answered >= begun and request.sent <= ended for begun, ended in spans)
            (disturbed if met else undisturbed).append(request)
        return undisturbed, disturbed

    def _check_calm(self) -> None:
        """Whoever is not touched must not notice what happens to others."""
        for request in self.calm()[0]:
            if request.outcome != "result":
                self._complain(f"request {request.number} for a VM that nobody touched ended in {request.outcome}")

    def _check_runs(self) -> None:
        for text in Runs.load(self.records).violations(self.requests):
            self._complain(text)


class Caller:
    """A connection for one request at a time."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(path)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def exchange(self, line: bytes) -> dict:
        """Send a line and return the answer."""
        self._socket.sendall(line)
        return json.loads(self._file.readline())

    def call(self, method: str, params: dict) -> dict:
        """Return a method's result."""
        line = json.dumps({"jsonrpc": "2.0", "id": 0, "method": method, "params": params}).encode() + b"\n"
        answer = self.exchange(line)
        if "result" not in answer:
            raise Failed(f"{method} answers {answer}")
        return answer["result"]


def _unrest(status: dict) -> list[str]:
    """Return what a status says that is not whole, or not over."""
    found = []
    for vm in status["vms"]:
        if vm["state"] != "running":
            found.append(f"VM {vm['name']} is {vm['state']}: {vm.get('error', '')}")
        for point in vm["callpoints"]:
            name = f"{point['kind']} {point['name']}"
            found += [f"{name}: {point[what]} {what}" for what in ("inFlight", "queued", "running") if point.get(what)]
            found += [f"a worker of {name} is {worker['state']}" for worker in point["workers"]
                      if worker["state"] != "running"]
    return found
