"""Writes packages that a benchmark spells out."""

from __future__ import annotations

import pathlib

META = """<ncs-package xmlns="http://tail-f.com/ns/ncs-packages">
  <name>{name}</name>
  <package-version>1.0</package-version>
  <python-package><callpoint-model>{model}</callpoint-model></python-package>
  <component>
    <name>main</name>
    <application><python-class-name>{name}.main.Main</python-class-name></application>
  </component>
</ncs-package>
"""

MODULE = """module {name} {{
  yang-version 1.1;
  namespace "http://example.com/{name}";
  prefix {name};
  import tailf-common {{ prefix tailf; }}
  import tailf-ncs {{ prefix ncs; }}
{body}}}
"""


def write_package(directory: pathlib.Path, name: str, model: str, *, python: str, yang: str) -> pathlib.Path:
    """Write a package of one component, whose YANG module is given by its body, below a directory."""
    package = directory / name
    (package / "python" / name).mkdir(parents=True)
    (package / "src" / "yang").mkdir(parents=True)
    (package / "package-meta-data.xml").write_text(META.format(name=name, model=model))
    (package / "python" / name / "__init__.py").touch()
    (package / "python" / name / "main.py").write_text(python)
    (package / "src" / "yang" / f"{name}.yang").write_text(MODULE.format(name=name, body=yang))
    return package
