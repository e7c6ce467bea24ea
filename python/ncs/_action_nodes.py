"""Actions and their parameters."""

from __future__ import annotations

from typing import Any, Callable, Optional, Union

from . import _types
from ._content import shown
from ._nodes import MAKERS, BackendError, Container, Node, _Backend, _MemoryBackend
from ._place import Place
from ._schema import SchemaNode, python_name
from ._view import View, to_tree


class ActionParams(Container):
    """The input or the output of an action: a tree in memory.

    As long as only leafs of it are read and set, it stays as it travels. Whatever else is done makes it a view. Each
    schema node has a class of its own, in which the leafs are attributes: `class_of` makes it.
    """

    __slots__ = ("_source",)

    #: The schema node.
    _node: SchemaNode
    #: Of the leafs that may be set in the content as it travels: how it names them, and what makes data of a value.
    _settable: dict[str, tuple[str, Callable[[Any], Any]]]
    #: The keypath; the content as it travels; what may be set in it, if all that is in it was set here; the place in a
    #: view, which has taken over the content: then it is empty here.
    _source: tuple[str, dict[str, Any], Optional[dict[str, tuple[str, Callable[[Any], Any]]]], Optional[Place]]

    @property
    def _place(self) -> Place:  # type: ignore[override]
        path, tree, _, place = self._source
        if place is None:
            view = View(self._node.schema, self._node, path=path)
            view.is_logged = False
            view.root.raw = dict(tree)
            place = view.place
            _set_source(self, (path, {}, None, place))
        return place

    @property
    def _backend(self) -> _Backend:  # type: ignore[override]
        return _MemoryBackend(self._place.view)

    def __setattr__(self, name: str, value: Any) -> None:
        _, tree, settable, _ = self._source
        if settable is not None and name in settable and value is not None:
            member, take = settable[name]
            try:
                tree[member] = take(value)
                return
            except _types.BadValue:
                # What is below says so with the path.
                pass
        super().__setattr__(name, value)

    def _tree(self) -> dict[str, Any]:
        _, tree, settable, _ = self._source
        if settable is None:
            return to_tree(self._place.view.root, self._node)
        if len(tree) < 2:
            return tree
        return {child.member: tree[child.member] for child in self._node.data_children if child.member in tree}


_new = object.__new__
_set_source = ActionParams._source.__set__  # type: ignore[attr-defined]


def new_params(cls: type[ActionParams], path: str, tree: Optional[dict[str, Any]]) -> ActionParams:
    """Return parameters with this content, of the class that `class_of` made for them."""
    params = _new(cls)
    if tree:
        _set_source(params, (path, tree, None, None))
    else:
        _set_source(params, (path, {}, cls._settable, None))
    return params


def class_of(node: SchemaNode) -> type[ActionParams]:
    """Return the class of the parameters with this schema node."""
    cls = node.params_class
    if cls is None:
        leafs = {python_name(child.name): child for child in node.data_children if child.has_value}
        leafs = {name: child for name, child in leafs.items() if node.names[name] is child and name[0] != "_"}
        members: dict[str, Any] = {
            name: _attribute(child) for name, child in leafs.items() if not hasattr(ActionParams, name)
        }
        members["__slots__"] = ()
        members["_node"] = node
        members["_settable"] = {
            name: (child.member, child.take) for name, child in leafs.items() if not child.is_in_choice
        }
        cls = node.params_class = type(ActionParams.__name__, (ActionParams,), members)
    return cls


def _attribute(leaf: SchemaNode) -> property:
    """Return what shows a leaf's value."""
    member = leaf.member

    def value(self: ActionParams) -> Any:
        data = self._source[1].get(member)
        return self._content(leaf) if data is None else shown(leaf, data)

    return property(value)


def params_of(action: SchemaNode, kind: str, path: str, tree: Optional[dict] = None) -> ActionParams:
    """Return the `input` or `output` of an action, with this content."""
    return new_params(class_of(parameters_of(action, kind)), path, tree)


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
