"""The least that Python may do for a request: what the relay runs, as the floor of the no-op comparison.

usage: python3 -m support.loop KIND

The kind `bare` answers with what came, and `burn` computes before it does. `callback` also does the least that NSO's API asks for, as no worker that runs packages can do less: parameters
with attributes, a method of an object that is called with five arguments through the decorator `Action.action`, an answer made
of what it set, and a note of what runs where another process sees it. It knows no types and checks nothing.
"""

from __future__ import annotations

import functools
import json
import mmap
import os
import sys
from types import SimpleNamespace
from typing import Any, Callable

from support import tasks


def bare(request: dict[str, Any]) -> dict[str, Any]:
    """Return what came."""
    return request["params"]["input"]


def burn(request: dict[str, Any]) -> dict[str, Any]:
    """Compute for as long as the request says, and return what came."""
    return tasks.burn(request["params"]["input"])


def action(method: Callable) -> Callable:
    """Stand for `Action.action`, which stands between the caller and the method."""
    @functools.wraps(method)
    def cb_action(self: Any, uinfo: Any, name: str, kp: Any, params: Any, output: Any) -> Any:
        return method(self, uinfo, name, kp, params, output)

    return cb_action


class Echo:
    """The callback of the example package `bench`."""

    @action
    def cb_action(self, uinfo: Any, name: str, kp: Any, params: Any, output: Any) -> None:
        if name == "burn":
            pass
        elif name == "sleep":
            pass
        elif name == "echo":
            output.text = params.text


class Caller:
    """Calls the callback."""

    def __init__(self) -> None:
        self.callback = Echo()
        self.running = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("Q")

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return what the callback set."""
        self.running[0] = request["id"] + 1
        uinfo = SimpleNamespace(username="admin", context="system", usid=request["id"])
        params, output = SimpleNamespace(**request["params"]["input"]), SimpleNamespace()
        self.callback.cb_action(uinfo, "echo", request["params"]["path"], params, output)
        self.running[0] = 0
        return vars(output)


def main() -> None:
    answer = {"bare": bare, "burn": burn, "callback": Caller()}[sys.argv[1]]
    os.write(1, b"\n")
    rest = b""
    while chunk := os.read(0, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            request = json.loads(line)
            os.write(1, json.dumps({"id": request["id"], "result": {"output": answer(request)}}).encode() + b"\n")


if __name__ == "__main__":
    main()
