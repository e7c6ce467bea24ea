"""What clients ask for: a seeded mixture of everything that a control socket takes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from support.soak.journal import LOSSES, Key, Request
from support.soak.model import ACTIONS, CALM, TARGETS

#: How often each kind is asked for, relative to the others.
WEIGHTS = {
    "quick": 300, "compute": 80, "sleep": 120, "nested": 80, "fail": 40, "hang": 15, "stuck": 2, "crash": 4,
    "write": 40, "large": 4, "set": 120, "refused-set": 15, "delete": 40, "note": 40, "refused-note": 15, "get": 50,
    "document": 5, "bad-path": 5, "bad-value": 5, "bad-method": 5, "bad-edit": 5,
}

#: The longest an ordinary request may take, in seconds.
TIMEOUT = 30.0
#: How many jobs, notes and marks each client has in each VM.
NAMES = 6
#: How many pools the jobs of a VM share.
POOLS = 8
#: More than a message may have.
TOO_LARGE = (16 << 20) + 1000


class Mix:
    """Makes requests and writes them into the journal."""

    def __init__(self, seed: str, requests: list[Request]) -> None:
        self._random = random.Random(seed)
        self._requests = requests
        self._kinds, self._weights = list(WEIGHTS), list(WEIGHTS.values())

    def make(self, client: int, now: float) -> tuple[Request, bytes]:
        """Return a request that no other is like, and its line."""
        kind = self._random.choices(self._kinds, self._weights)[0]
        return self._make(client, now, kind, self._random.choice(list(TARGETS)))

    def calm(self, client: int, now: float) -> tuple[Request, bytes]:
        """Return a quick action of the VM that nobody touches."""
        return self._make(client, now, "calm", CALM)

    def burst(self, client: int, now: float, vm: str) -> tuple[Request, bytes]:
        """Return one of many calls that come at once."""
        return self._make(client, now, "sleep", vm)

    def oversized(self, client: int, now: float, vm: str) -> list[tuple[Request, bytes]]:
        """Return a request that is too long, and one whose answer is."""
        return [self._make(client, now, kind, vm) for kind in ("too-long", "overlarge")]

    def probes(self, client: int, now: float, vm: str) -> Iterator[tuple[Request, bytes]]:
        """Return a brief request for every callpoint of a VM, of which none can be lost."""
        for kind in ACTIONS:
            yield self._make(client, now, kind, vm, self._probe)
        yield self._make(client, now, "set", vm)
        yield self._make(client, now, "note", vm)

    def _make(
        self, client: int, now: float, kind: str, vm: str, maker: Callable[[Request], tuple[str, dict]] | None = None
    ) -> tuple[Request, bytes]:
        number = len(self._requests)
        request = Request(number, kind, vm, client, now, frozenset({"result"}), deadline=now + TIMEOUT + 60)
        self._requests.append(request)
        make = maker or getattr(self, "_" + kind.replace("-", "_"), self._action)
        method, params = make(request)
        line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}, separators=(",", ":"))
        return request, line.encode() + b"\n"

    # Actions.

    def _action(
        self, request: Request, *, also: frozenset[str] = frozenset(), timeout: float = TIMEOUT, ms: int = 0,
        key: str = "",
    ) -> tuple[str, dict]:
        request.allowed = LOSSES | {"result"} | also
        action = request.kind if request.kind in ACTIONS else "quick"
        given = {"run": str(request.number), "ms": ms, "key": key}
        path = f"/{request.vm}:{request.vm}/{action}"
        return "action", {"path": path, "timeoutSeconds": timeout, "input": given}

    def _probe(self, request: Request) -> tuple[str, dict]:
        answer = self._action(request, key={"nested": "quick", "write": "probe"}.get(request.kind, ""))
        request.allowed = frozenset({"result"})
        if request.kind == "fail":
            request.failure, request.allowed = f"failure of {request.number}", frozenset({"callback-error"})
        if request.kind == "write":
            request.writes = ((request.vm, "mark", "probe"), request.number)
        return answer

    def _compute(self, request: Request) -> tuple[str, dict]:
        return self._action(request, ms=self._random.randint(1, 5))

    def _sleep(self, request: Request) -> tuple[str, dict]:
        return self._action(request, ms=self._random.randint(5, 200))

    def _nested(self, request: Request) -> tuple[str, dict]:
        key = self._random.choice(["quick", "compute", "sleep", "nested"])
        return self._action(request, ms=self._random.randint(1, 20), key=key if key != "nested" else "quick")

    def _fail(self, request: Request) -> tuple[str, dict]:
        request.failure = f"failure of {request.number}"
        answer = self._action(request)
        request.allowed = LOSSES | {"callback-error"}
        return answer

    def _hang(self, request: Request) -> tuple[str, dict]:
        answer = self._action(request, timeout=self._random.uniform(0.05, 0.5), ms=25_000)
        request.allowed = LOSSES
        return answer

    def _stuck(self, request: Request) -> tuple[str, dict]:
        # Half of them come back within the grace period; the others cost their worker, or a thread of their VM.
        is_hopeless = request.vm != "threads" and self._random.random() < 0.5
        return self._action(request, timeout=0.2, ms=20_000 if is_hopeless else 700)

    def _crash(self, request: Request) -> tuple[str, dict]:
        if request.vm == "threads":
            request.vm = "forks"
        answer = self._action(request, key=self._random.choice(["exit", "segv", "kill"]))
        request.allowed = LOSSES
        return answer

    def _write(self, request: Request) -> tuple[str, dict]:
        # Another may have changed what it rests on.
        request.failure = "onflict"
        key = self._own("mark", request)
        request.writes = (key, request.number)
        return self._action(request, also=frozenset({"callback-error"}), key=key[2])

    def _large(self, request: Request) -> tuple[str, dict]:
        return self._action(request, ms=self._random.choice([100_000, 1 << 20]))

    def _too_long(self, request: Request) -> tuple[str, dict]:
        answer = self._action(request, key="x" * TOO_LARGE)
        request.allowed = frozenset({"too-large"})
        return answer

    def _overlarge(self, request: Request) -> tuple[str, dict]:
        answer = self._action(request, ms=TOO_LARGE)
        answer[1]["path"] = f"/{request.vm}:{request.vm}/large"
        request.allowed = LOSSES | {"too-large"}
        return answer

    # Data.

    def _own(self, kind: str, request: Request) -> Key:
        return (request.vm, kind, f"{request.client}-{self._random.randrange(NAMES)}")

    def _commit(self, request: Request, edits: list[dict]) -> tuple[str, dict]:
        request.allowed = LOSSES | {"result", "conflict"}
        return "commit", {"edits": edits}

    def _job(self, request: Request, fails: bool) -> tuple[str, dict]:
        key = self._own("job", request)
        request.writes = (key, request.number)
        job = {"n": request.number, "pool": self._random.randrange(POOLS), "fail": fails,
               "ms": self._random.choice([0, 0, 0, 5, 50])}
        path = f"/{request.vm}:{request.vm}"
        return self._commit(request, [{"op": "merge", "path": path, "value": {"job": [{"name": key[2], **job}]}}])

    def _set(self, request: Request) -> tuple[str, dict]:
        return self._job(request, False)

    def _refused_set(self, request: Request) -> tuple[str, dict]:
        answer = self._job(request, True)
        request.failure = f"failure of {request.number}"
        request.allowed = LOSSES | {"callback-error", "conflict"}
        return answer

    def _delete(self, request: Request) -> tuple[str, dict]:
        key = self._own("job", request)
        request.writes = (key, None)
        path = f"/{request.vm}:{request.vm}/job{{{key[2]}}}"
        answer = self._commit(request, [{"op": "delete", "path": path}])
        # It may not exist.
        request.allowed |= {"invalid-path"}
        return answer

    def _noted(self, request: Request, verdict: str) -> tuple[str, dict]:
        key = self._own("note", request)
        request.writes = (key, request.number)
        path = f"/{request.vm}:{request.vm}/note{{{key[2]}}}"
        return self._commit(request, [{"op": "merge", "path": path, "value": {"text": f"{verdict} {request.number}"}}])

    def _note(self, request: Request) -> tuple[str, dict]:
        return self._noted(request, "good")

    def _refused_note(self, request: Request) -> tuple[str, dict]:
        answer = self._noted(request, "bad")
        request.failure = f"failure of {request.number}"
        request.allowed = LOSSES | {"callback-error", "conflict"}
        return answer

    def _get(self, request: Request) -> tuple[str, dict]:
        request.reads = self._own(self._random.choice(["job", "note", "mark"]), request)
        vm, kind, name = request.reads
        return "get", {"path": f"/{vm}:{vm}/{kind}{{{name}}}"}

    def _document(self, request: Request) -> tuple[str, dict]:
        return "get", {"path": f"/{request.vm}:{request.vm}"}

    # What cannot be.

    def _bad_path(self, request: Request) -> tuple[str, dict]:
        request.allowed = frozenset({"invalid-path"})
        return "action", {"path": f"/{request.vm}:{request.vm}/nowhere"}

    def _bad_value(self, request: Request) -> tuple[str, dict]:
        answer = self._action(request)
        request.allowed = frozenset({"invalid-value"})
        answer[1]["input"]["ms"] = "soon"
        return answer

    def _bad_method(self, request: Request) -> tuple[str, dict]:
        request.allowed = frozenset({"invalid-request"})
        return "act", {}

    def _bad_edit(self, request: Request) -> tuple[str, dict]:
        request.allowed = frozenset({"invalid-request"})
        return "commit", {"edits": [{"op": "replace", "path": "/"}]}
