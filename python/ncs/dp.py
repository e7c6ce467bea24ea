"""Actions, validation points and daemons."""

from __future__ import annotations

import functools
import inspect
import threading
from typing import Any, Callable, NoReturn, Optional

import _ncs
import _ncs.dp as _low
from _ncs._contexts import DaemonCtxRef
from _ncs._tables import DP as _D
from _ncs._tables import NCS as _C
from _ncs._unsupported import refuse, unsupported

from ._calls import Call, transaction_for
from .maagic import get_root

__all__ = [
    "Action", "Daemon", "StateManager", "TransValidateCallback", "TransactionCallback", "ValidationError",
    "ValidationPoint", "return_worker_socket", "take_worker_socket", *_D,
]  # fmt: skip

globals().update(_D)
_tm = _ncs

take_worker_socket = unsupported("ncs.dp.take_worker_socket")
return_worker_socket = unsupported("ncs.dp.return_worker_socket")


class Daemon(threading.Thread):
    """The handle of a program that serves callbacks; inside an application there is no need for one."""

    INIT_RETRY_INTERVAL_S = 1

    def __init__(
        self,
        name: str,
        log: Any = None,
        ip: str = _C["ADDR"],
        port: Optional[int] = None,
        path: str = _C["PATH"],
        state_mgr: Any = None,
    ) -> None:
        super().__init__(name=name)
        self.log = log
        self._address = (ip, port, path)
        self._state_mgr = state_mgr
        self._context = DaemonCtxRef(name)

    def ctx(self) -> DaemonCtxRef:
        """Return the handle for the low-level API."""
        return self._context

    def ip(self) -> str:
        """Return the address of the host."""
        return self._address[0]

    def port(self) -> Optional[int]:
        """Return the port of the host."""
        return self._address[1]

    def path(self) -> str:
        """Return the socket of the host."""
        return self._address[2]

    def load_schemas(self) -> None:
        """Have the schema at hand."""
        from ._schema_access import schema

        schema()

    def start(self) -> NoReturn:
        """Serve callbacks from a program of its own."""
        refuse("a Daemon outside an application (ncs.dp.Daemon.start())")

    def finish(self) -> None:
        """Stop serving callbacks."""

    def register_trans_cb(self, trans_cb_cls: type) -> NoReturn:
        """Register transaction callbacks."""
        refuse("ncs.dp.Daemon.register_trans_cb()")

    def register_trans_validate_cb(self, trans_validate_cb_cls: type) -> NoReturn:
        """Register validation transaction callbacks."""
        refuse("ncs.dp.Daemon.register_trans_validate_cb()")


class StateManager:
    """Base of what a daemon calls when it connects and disconnects."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def setup(self, state: Any, previous_state: Any) -> None:
        """Called when the daemon is connected."""

    def teardown(self, state: Any, finished: bool) -> None:
        """Called when the daemon was disconnected."""


class TransactionCallback:
    """Base of transaction callbacks, for data providers."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def cb_init(self, tctx: Any) -> None:
        """Called when a transaction first needs the data provider."""

    def cb_finish(self, tctx: Any) -> None:
        """Called when the transaction is over."""


class TransValidateCallback:
    """Base of validation transaction callbacks."""

    def __init__(self, state: Any) -> None:
        self._state = state

    def cb_init(self, tctx: Any) -> None:
        """Called when a transaction is first validated."""

    def cb_stop(self, tctx: Any) -> None:
        """Called when validation is over."""


def takes_trans(function: Callable) -> bool:
    """Return whether an action function can take the transaction besides its six arguments.

    A decorator's function that takes any arguments hands them on to what it wraps, if that is known.
    """
    try:
        parameters = list(inspect.signature(function, follow_wrapped=False).parameters.values())
    except (TypeError, ValueError):
        return True
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        wrapped = getattr(function, "__wrapped__", None)
        return wrapped is None or takes_trans(wrapped)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(positional) > 6


def _running_call(uinfo: Any) -> Call:
    call: Optional[Call] = getattr(uinfo, "_call", None)
    if call is None:
        raise RuntimeError("an action callback runs only when the host asks for it")
    return call


def _action(function: Callable) -> Callable:
    gets_trans = takes_trans(function)

    @functools.wraps(function)
    def callback(self: Any, uinfo: Any, name: str, kp: Any, params: Any) -> Any:
        call = _running_call(uinfo)
        if gets_trans:
            return function(self, uinfo, name, kp, call.input, call.output, call.trans)
        return function(self, uinfo, name, kp, call.input, call.output)

    return callback


def _rpc(function: Callable) -> Callable:
    @functools.wraps(function)
    def callback(self: Any, uinfo: Any, name: str, kp: Any, params: Any) -> Any:
        call = _running_call(uinfo)
        return function(self, uinfo, name, call.input, call.output)

    return callback


class Action:
    """Base of action callback classes; a decorated method gets nodes for input and output."""

    def __init__(self, daemon: Any, actionpoint: str, log: Any = None, init_args: Any = None) -> None:
        self.daemon = daemon
        self.actionpoint = actionpoint
        self.log = log if log is not None else getattr(daemon, "log", None)
        self.init(init_args)

    def init(self, init_args: Any) -> None:
        """Prepare the object; subclasses override this."""

    def start(self) -> None:
        """Called when the VM starts; subclasses override this."""

    def stop(self) -> None:
        """Called when the VM stops; subclasses override this."""

    def cb_init(self, uinfo: Any) -> None:
        """Called before the action; subclasses may override this."""

    #: Decorates `cb_action(self, uinfo, name, kp, input, output[, trans])`.
    action = staticmethod(_action)
    #: Decorates `cb_action(self, uinfo, name, input, output)` of an rpc.
    rpc = staticmethod(_rpc)


class ValidationError(Exception):
    """What a validation callback raises when a value is not allowed; the text is for the user."""


def _validate(function: Callable) -> Callable:
    @functools.wraps(function)
    def callback(self: Any, tctx: Any, kp: Any, value: Any) -> Any:
        return function(self, tctx, kp, value, self.validationpoint)

    return callback


def _validate_with_trans(function: Callable) -> Callable:
    @functools.wraps(function)
    def callback(self: Any, tctx: Any, kp: Any, value: Any) -> Any:
        return function(self, tctx, get_root(transaction_for(tctx)), kp, value, self.validationpoint)

    return callback


class ValidationPoint:
    """Base of validation callback classes."""

    def __init__(self, daemon: Any, validationpoint: str, log: Any = None, init_args: Any = None) -> None:
        self.daemon = daemon
        self.validationpoint = validationpoint
        self.log = log if log is not None else getattr(daemon, "log", None)
        self.init(init_args)

    def init(self, init_args: Any) -> None:
        """Prepare the object; subclasses override this."""

    def start(self) -> None:
        """Called when the VM starts; subclasses override this."""

    def stop(self) -> None:
        """Called when the VM stops; subclasses override this."""

    #: Decorates `cb_validate(self, tctx, kp, value, validationpoint)`.
    validate = staticmethod(_validate)
    #: Decorates `cb_validate(self, tctx, root, kp, value, validationpoint)`.
    validate_with_trans = staticmethod(_validate_with_trans)


def __getattr__(name: str) -> Any:
    return getattr(_low, name)
