"""The packages that the soak runs: the same callbacks in VMs of either mode."""

from __future__ import annotations

import pathlib

from support.packages import MODULE, write_package
from support.soak.journal import ABSENT

#: The VMs that are killed, with the model they ask for.
TARGETS = {"threads": "threading", "forks": "multiprocessing", "more": "multiprocessing"}
#: A VM that only loses its processes with the guard: the soak measures on it what others feel.
CALM = "calm"

ACTIONS = ("quick", "compute", "sleep", "nested", "fail", "hang", "stuck", "crash", "write", "large")

_ACTION = """    tailf:action {action} {{
      tailf:actionpoint {name}-{action};
      input {{ leaf run {{ type string; }} leaf ms {{ type uint32; default 0; }} leaf key {{ type string; }} }}
      output {{ leaf run {{ type string; }} leaf inner {{ type string; }} }}
    }}
"""

_YANG = """  container {name} {{
{actions}
    list job {{
      key name;
      uses ncs:service-data;
      ncs:servicepoint {name}-job;
      leaf name {{ type string; }}
      leaf n {{ type uint32; mandatory true; }}
      leaf pool {{ type uint32; mandatory true; }}
      leaf ms {{ type uint32; default 0; }}
      leaf fail {{ type boolean; default false; }}
    }}
    list config {{ key name; leaf name {{ type string; }} leaf n {{ type uint32; }} }}
    list pool {{
      key id;
      leaf id {{ type uint32; }}
      list slot {{ key number; leaf number {{ type uint32; }} leaf owner {{ type string; }} }}
    }}
    list note {{
      key id;
      leaf id {{ type string; }}
      leaf text {{ type string; tailf:validate {name}-text {{ tailf:dependency "."; }} }}
    }}
    list mark {{ key id; leaf id {{ type string; }} leaf n {{ type uint32; }} }}
    leaf edition {{ type string; default "{edition}"; }}
  }}
"""

#: What the last line of a package is that cannot be imported.
_BROKEN = "raise ImportError('broken on purpose')\n"


class Packages:
    """The packages on disk, and their editions."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._python = (pathlib.Path(__file__).parent / "callbacks.py").read_text()
        #: The number that the code of each package has.
        self.versions = dict.fromkeys([*TARGETS, CALM], 0)
        self._editions = dict(self.versions)
        self._directory = directory
        self.paths = [
            write_package(directory, name, model, python=self._code(name), yang=self._yang(name))
            for name, model in {**TARGETS, CALM: "threading"}.items()
        ]

    def change_code(self, name: str, *, breaks: bool = False) -> None:
        """Give a package other code, which can be imported or cannot."""
        self.versions[name] += 1
        self._write(name, f"python/{name}/main.py", self._code(name) + (_BROKEN if breaks else ""))

    def change_model(self, name: str) -> None:
        """Give a package another YANG module."""
        self._editions[name] += 1
        module = MODULE.format(name=name, body=self._yang(name))
        self._write(name, f"src/yang/{name}.yang", module)

    def _write(self, name: str, path: str, text: str) -> None:
        """Write a file that may be read at any moment."""
        file = self._directory / name / path
        beside = file.with_suffix(".new")
        beside.write_text(text)
        beside.rename(file)

    def _code(self, name: str) -> str:
        return self._python.replace("VERSION = 0", f"VERSION = {self.versions[name]}")

    def _yang(self, name: str) -> str:
        actions = "".join(_ACTION.format(action=action, name=name) for action in ACTIONS)
        return _YANG.format(name=name, actions=actions, edition=self._editions[name])


def values(vm: str, document: dict) -> dict[tuple[str, str, str], int]:
    """Return what a document from the root says of every job, note and mark of a package: the number that wrote it."""
    data = document.get(f"{vm}:{vm}", {})
    found = {(vm, "job", job["name"]): job["n"] for job in data.get("job", [])}
    found |= {(vm, "note", note["id"]): int(note["text"].split()[1]) for note in data.get("note", [])}
    return found | {(vm, "mark", mark["id"]): mark["n"] for mark in data.get("mark", [])}


def inconsistencies(vm: str, document: dict) -> list[str]:
    """Return how a snapshot of a package's data differs from what its services must have written.

    Every job has its configuration with its number and exactly one slot of its pool, and nothing else is there.
    """
    data = document.get(f"{vm}:{vm}", {})
    jobs = {job["name"]: job for job in data.get("job", [])}
    configured = {config["name"]: config.get("n") for config in data.get("config", [])}
    found = []
    for name in sorted(jobs.keys() | configured.keys()):
        wanted = jobs[name]["n"] if name in jobs else ABSENT
        if configured.get(name, ABSENT) != wanted:
            found.append(f"{vm}: job {name} says {wanted}, its configuration {configured.get(name, ABSENT)}")
    slots = [(pool["id"], slot.get("owner")) for pool in data.get("pool", []) for slot in pool.get("slot", [])]
    if sorted(slots) != sorted((job["pool"], name) for name, job in jobs.items()):
        found.append(f"{vm}: the pools' slots are of {sorted(slots)}, the jobs are {sorted(jobs)}")
    found += [f"{vm}: pool {pool['id']} is left without slots" for pool in data.get("pool", []) if not pool.get("slot")]
    return found
