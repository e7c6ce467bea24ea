"""One request to one callback: from the message to the user's method, and from what it did to the reply.

`ARCHITECTURE.md`, 'An endpoint', has the messages.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Any, Callable, NamedTuple, Optional

from _ncs._tables import NCS as _C
from _ncs._values import HKeypathRef
from _ncs.error import Error

from . import _backend, _types
from ._action_nodes import ActionParams, class_of, new_params, parameters_of
from ._calls import Call, root_and_node, running, user_of
from ._component import Registration
from ._lowlevel import FlatTree, write_flat
from ._place import Place
from ._schema import Schema, SchemaNode
from ._selfassign import with_setattr_check
from ._view import View
from .dp import ValidationError

__all__ = ["Registration", "abort", "look_up", "run"]


class _Refused(Exception):
    """A callback said no by what it returned; the text is for the caller."""


def run(instance: Any, registration: Registration, request: dict[str, Any], log: Any) -> dict[str, Any]:
    """Run the callback that `request` asks for and return the reply without its `id`.

    Whatever the callback does wrong ends up in the reply as an error, with the traceback in the log.
    """
    operation = request["op"]
    call = Call(request, registration.name)
    try:
        ok = _run_action(instance, call) if operation == "action" else _run_in_transaction(instance, call)
    except ValidationError as refusal:
        log.debug(f"cb_{operation} of {registration.name}: {refusal}")
        return {"error": {"message": str(refusal)}}
    except _Refused as refusal:
        log.error(f"cb_{operation} of {registration.name}: {refusal}")
        return {"error": {"message": f"Python cb_{operation} error. {refusal}"}}
    except (Exception, SystemExit) as error:
        log.exception(f"cb_{operation} of {registration.name}: {type(error).__name__}: {error}")
        return {"error": _described(f"cb_{operation}", error)}
    finally:
        view = call.end()
    if view is None:
        return {"ok": ok}
    return {"ok": ok, "writes": view.take_writes(), "reads": list(view.reads)}


def _run_in_transaction(instance: Any, call: Call) -> dict[str, Any]:
    """Run a callback that gets a transaction, from which the call is found by the thread."""
    # Callbacks that a callback calls back come on top.
    outer = running.call
    running.call = call
    try:
        return _RUNNERS[call.request["op"]](instance, call)
    finally:
        running.call = outer


def _described(method: str, error: BaseException) -> dict[str, Any]:
    text = str(error)
    if not text or isinstance(error, SystemExit):
        text = repr(error)
    described: dict[str, Any] = {"message": f"Python {method} error. {text}"}
    if isinstance(error, Error):
        described["errno"] = error.confd_errno
    return described


def abort(instance: Any, request: dict[str, Any]) -> None:
    """Tell the object that serves `request` in another thread that nobody waits any more."""
    callback = getattr(instance, "cb_abort", None)
    if callback is not None:
        callback(user_of(request))


def _check_code(result: Any, text: Optional[str]) -> None:
    """Raise if what a callback returned is not the code for success."""
    if result is None or (isinstance(result, int) and result == _C["CONFD_OK"]):
        return
    if not isinstance(result, int):
        raise _Refused(f"it returned {result!r}; None or CONFD_OK was expected")
    raise _Refused(text or ("it returned CONFD_ERR" if result == _C["CONFD_ERR"] else f"it returned {result}"))


def look_up(registration: Registration) -> None:
    """Make what the requests for a callback name in the schema; of an action that is in no list, all of it."""
    schema = _backend.host().schema
    for node in schema.at_point(registration.name):
        node.look_up()
        if registration.kind == "action":
            for parameters in node.children:
                class_of(parameters)
            holders = _above(node)
            if all(holder.kind != "list" for holder in holders):
                path = "".join(f"/{holder.step}" for holder in reversed(holders))
                # What is wrong is told to whoever asks for the action.
                with suppress(Error):
                    _find_action(schema, path or "/", node.name, registration.name)


def _above(node: SchemaNode) -> list[SchemaNode]:
    """Return the nodes above that data has, from below, without the root."""
    found: list[SchemaNode] = []
    above = node.data_parent
    while above is not None and above.parent is not None:
        found.append(above)
        above = above.data_parent
    return found


# Actions


def _run_action(instance: Any, call: Call) -> dict[str, Any]:
    request = call.request
    schema = _backend.host().schema
    name, path, holder, input_class, output_class = _find_action(
        schema, request.get("path") or "/", request["name"], call.point
    )
    uinfo = call.uinfo
    call.input = new_params(input_class, path, request.get("input"))
    call.output = output = new_params(output_class, path, None)
    init = getattr(instance, "cb_init", None)
    if init is not None:
        init(uinfo)
    result = instance.cb_action(uinfo, name, holder, FlatTree(call.input))
    if result is not None:
        _check_code(result, uinfo.error_text)
    if uinfo.reply is not None:
        write_flat(output._place, iter(uinfo.reply))
    return {"output": output._tree()}


class _Action(NamedTuple):
    """An action as its requests name it."""

    name: str
    path: str
    holder: HKeypathRef
    input: type[ActionParams]
    output: type[ActionParams]


# As many as a VM may have workers for, as their template finds them for all; more are entries of lists.
@lru_cache(maxsize=256)
def _find_action(schema: Schema, path: str, name: str, point: str) -> _Action:
    """Return the action of this name that the node at `path` holds.

    Several modules may have put an action of this name there; the right one has the actionpoint.
    """
    parent = View(schema).at(path)
    found = [n for n in parent.node.data_children if n.kind in ("action", "rpc") and n.name == name]
    if not found:
        raise Error(f"{parent.shown_path} has no action {name}", _C["ERR_BADPATH"])
    node = next((n for n in found if n.fields.get("ap") == point), found[0])
    parameters = class_of(parameters_of(node, "input")), class_of(parameters_of(node, "output"))
    return _Action(node.name, parent.down(node).path, parent.keypath(), *parameters)


# Services


def _given_proplist(request: dict[str, Any], member: str = "proplist") -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.get(member) or ()]


def _proplist_reply(result: Any, text: Optional[str]) -> dict[str, Any]:
    if not isinstance(result, list):
        if result is None or isinstance(result, int):
            _check_code(result, text)
            return {}
        raise _Refused(f"it returned {result!r}; None or a list of (name, value) pairs was expected")
    for item in result:
        is_pair = isinstance(item, (tuple, list)) and len(item) == 2
        if not is_pair or not all(isinstance(part, str) for part in item):
            raise _Refused(f"{item!r} in the list that it returned is not a pair of strings")
    return {"proplist": [list(item) for item in result]}


def _instance(call: Call) -> Place:
    """Return the place of the service instance, with what the host sent of it."""
    place = call.view.at(call.request["path"])
    if call.request.get("data") is not None:
        # It counts as read only when it is looked at.
        place.graft(call.request["data"])
    return place


def _run_create(instance: Any, call: Call) -> dict[str, Any]:
    kp = _instance(call).keypath()
    callback = getattr(instance, "cb_create", None) or instance.cb_pre_lock_create
    with with_setattr_check(kp):
        result = callback(call.tctx, kp, _given_proplist(call.request), call.tctx.th)
    return _proplist_reply(result, call.tctx.error_text)


def _modification_runner(method: str) -> Callable[[Any, Call], dict]:
    def run_modification(instance: Any, call: Call) -> dict[str, Any]:
        kp = _instance(call).keypath()
        with with_setattr_check(kp):
            callback = getattr(instance, method)
            result = callback(call.tctx, call.request["operation"], kp, _given_proplist(call.request))
        return _proplist_reply(result, call.tctx.error_text)

    return run_modification


def _nano_runner(method: str) -> Callable[[Any, Call], dict]:
    def run_nano(instance: Any, call: Call) -> dict[str, Any]:
        request = call.request
        root, service = root_and_node(call.trans, _instance(call).path, True)
        with with_setattr_check(service._path):
            result = getattr(instance, method)(
                call.tctx,
                root,
                service,
                service.plan,  # type: ignore[attr-defined]
                tuple(request["component"]),
                request["state"],
                _given_proplist(request),
                _given_proplist(request, "componentProplist"),
            )
        return _proplist_reply(result, call.tctx.error_text)

    return run_nano


# Validation


def _run_validate(instance: Any, call: Call) -> dict[str, Any]:
    place = call.view.at(call.request["path"])
    data = call.request.get("value")
    value = None if data is None else _types.to_value(data, place.node.type)
    result = instance.cb_validate(call.tctx, place.keypath(), value)
    if isinstance(result, int) and result == _C["VALIDATION_WARN"]:
        return {"warning": call.tctx.error_text or "the value may not be what was meant"}
    _check_code(result, call.tctx.error_text)
    return {}


_RUNNERS: dict[str, Callable[[Any, Call], dict]] = {
    "create": _run_create,
    "pre_modification": _modification_runner("cb_pre_modification"),
    "post_modification": _modification_runner("cb_post_modification"),
    "nano_create": _nano_runner("cb_nano_create"),
    "nano_delete": _nano_runner("cb_nano_delete"),
    "validate": _run_validate,
}
