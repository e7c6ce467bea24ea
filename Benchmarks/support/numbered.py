"""A package of as many actions as wanted, each a callpoint of its own, and a list for data."""

from __future__ import annotations

import pathlib

from support.packages import write_package

NAME = "numbered"

_MAIN = """import os
import time

import ncs
from ncs.dp import Action


class Echo(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        output.text = input.text


class Main(ncs.application.Application):

    def setup(self):
        for number in range({count}):
            self.register_action("numbered-%d" % number, Echo)
        record = os.environ.get("SETUP_RECORD")
        if record:
            with open(record, "w") as file:
                file.write(repr(time.monotonic()))
"""

_ACTION = """    tailf:action a{number} {{
      tailf:actionpoint numbered-{number};
      input {{ leaf text {{ type string; }} }}
      output {{ leaf text {{ type string; }} }}
    }}
"""

_LIST = """  list filler { key id; leaf id { type uint32; } leaf value { type string; } }
"""


def path(number: int) -> str:
    """Return the path of an action."""
    return f"/{NAME}:{NAME}/a{number}"


def write_numbered(directory: pathlib.Path, model: str, count: int) -> pathlib.Path:
    """Write the package with so many actions below a directory of its own."""
    actions = "".join(_ACTION.format(number=number) for number in range(count))
    return write_package(
        directory / f"{NAME}-{model}-{count}", NAME, model, python=_MAIN.format(count=count),
        yang=f"  container {NAME} {{\n{actions}  }}\n{_LIST}")
