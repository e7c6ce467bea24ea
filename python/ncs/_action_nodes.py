"""Actions and their parameters."""

from __future__ import annotations

from typing import Any, Optional, Union

from . import _types
from ._content import shown
from ._nodes import MAKERS, BackendError, Container, Node, _Backend, _MemoryBackend
from ._place import Place
from ._schema import SchemaNode
from ._view import View, to_tree


class ActionParams(Container):
    """The input or the output of an action: a tree in memory.

    As long as only leafs of it are read and set, it stays as it travels. Whatever else is done makes it a view.
    """

    __slots__ = ("_source",)

    #: The schema node, the keypath, the content, and whether all that is in it was set here; or the place in a view.
    _source: Union[tuple[SchemaNode, str, dict[str, Any], bool], Place]

    def __init__(self, node: SchemaNode, path: str, tree: Optional[dict]) -> None:
        _set(self, "_source", (node, path, tree, False) if tree else (node, path, {}, True))

    @property
    def _place(self) -> Place:  # type: ignore[override]
        source = self._source
        if isinstance(source, Place):
            return source
        node, path, tree, _ = source
        view = View(node.schema, node, path=path)
        view.is_logged = False
        view.root.raw = dict(tree)
        place = view.place
        _set(self, "_source", place)
        return place

    @property
    def _backend(self) -> _Backend:  # type: ignore[override]
        return _MemoryBackend(self._place.view)

    def __getattr__(self, name: str) -> Any:
        source = self._source
        if type(source) is tuple:
            child = source[0].names.get(name)
            if child is not None and child.has_value:
                data = source[2].get(child.member)
                if data is not None:
                    return shown(child, data)
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        source = self._source
        if type(source) is tuple and source[3] and value is not None:
            child = source[0].names.get(name)
            if child is not None and child.has_value and not child.is_in_choice and name[0] != "_":
                try:
                    source[2][child.member] = child.take(value)
                    return
                except _types.BadValue:
                    # What is below says so with the path.
                    pass
        super().__setattr__(name, value)

    def _tree(self) -> dict[str, Any]:
        source = self._source
        if isinstance(source, Place) or not source[3]:
            return to_tree(self._place.view.root, self._schema)
        node, _, tree, _ = source
        if len(tree) < 2:
            return tree
        return {child.member: tree[child.member] for child in node.data_children if child.member in tree}


_set = object.__setattr__


def params_of(action: SchemaNode, kind: str, path: str, tree: Optional[dict] = None) -> ActionParams:
    """Return the `input` or `output` of an action, with this content."""
    return ActionParams(parameters_of(action, kind), path, tree)


def parameters_of(action: SchemaNode, kind: str) -> SchemaNode:
    """Return the schema node of an action's `input` or `output`."""
    return action.child(kind) or SchemaNode(action.schema, action, {"n": kind, "k": kind})


class Action(Node):
    """An action or rpc; calling it runs it."""

    __slots__ = ()

    def get_input(self) -> ActionParams:
        """Return an empty input to fill in."""
        return params_of(self._schema, "input", self._path)

    def get_output(self) -> ActionParams:
        """Return an empty output."""
        return params_of(self._schema, "output", self._path)

    def request(self, params: Union[ActionParams, dict, None] = None) -> ActionParams:
        """Run the action and return its output."""
        maapi = self._backend.maapi
        if maapi is None:
            raise BackendError(f"{self._path}: there is no session behind this node to run an action in")
        tree = params._tree() if isinstance(params, ActionParams) else params or {}
        output = maapi._run_action(self._path, tree, self._backend.trans)
        return params_of(self._schema, "output", self._path, output)

    def __call__(self, params: Union[ActionParams, dict, None] = None) -> ActionParams:
        return self.request(params)


def _make_action(backend: _Backend, place: Place) -> Node:
    return Action(backend, place)


MAKERS.update(action=_make_action, rpc=_make_action)
