"""What packages are made of: applications, services and nano services."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

from ._calls import current, root_and_node, transaction_for
from ._component import Registration, component_of
from ._selfassign import get_setattr_fun, set_self_assign_warning
from .dp import Daemon
from .maagic import get_root
from .maapi import Maapi
from .util import mk_yang_date_and_time

__all__ = ["Application", "NanoService", "PlanComponent", "Service", "get_device", "get_ned_id"]


class Application:
    """Base of a package's component classes: `setup` registers callbacks, `teardown` is called at the end."""

    APP_WORKER_STOP_TIMEOUT_S = 1

    def __init__(self, *args: Any, **kwds: Any) -> None:
        self._component = component_of(args, kwds)
        self.log = self._component.log

    def setup(self) -> None:
        """Register callbacks; subclasses override this."""

    def teardown(self) -> None:
        """Undo `setup`; subclasses override this."""

    # Registering

    def register_service(self, servicepoint: str, service_cls: type, init_args: Any = None) -> None:
        """Let a class serve a servicepoint."""
        self._component.register(Registration("service", servicepoint, service_cls, init_args))

    def register_nano_service(
        self, servicepoint: str, componenttype: str, state: str, nano_service_cls: type, init_args: Any = None
    ) -> None:
        """Let a class serve one state of a nano service's plan component."""
        self._component.register(
            Registration("nano", servicepoint, nano_service_cls, init_args, componenttype, state)
        )

    def register_action(self, actionpoint: str, action_cls: type, init_args: Any = None) -> None:
        """Let a class serve an actionpoint."""
        self._component.register(Registration("action", actionpoint, action_cls, init_args))

    def register_validation(self, validationpoint: str, validation_cls: type, init_args: Any = None) -> None:
        """Let a class serve a validation point."""
        self._component.register(Registration("validation", validationpoint, validation_cls, init_args))

    def register_fun(self, start_fun: Callable, stop_fun: Callable) -> None:
        """Have `start_fun` run when all is registered; what it returns goes to `stop_fun` at the end."""
        self._component.functions.append((start_fun, stop_fun))

    def register_trans_cb(self, trans_cb_cls: type) -> None:
        """Remember a class with transaction callbacks, for data providers."""
        self._component.transaction_callbacks.append(trans_cb_cls)

    def create_daemon(self, name: Optional[str] = None) -> Daemon:
        """Return a daemon; applications do not need one."""
        return Daemon(name or self._component.name, log=self.log)

    # The VM

    def reg_finish(self, cbfun: Callable) -> None:
        """Have `cbfun` called when the VM stops."""
        self._component.finish_callbacks.append(cbfun)

    def unreg_finish(self, cbfun: Callable) -> None:
        """Take `reg_finish` back."""
        if cbfun in self._component.finish_callbacks:
            self._component.finish_callbacks.remove(cbfun)

    def add_running_thread(self, class_name: str) -> None:
        """Say that a thread of this name runs now; the VM's status shows it."""
        self._component.running_thread(class_name, True)

    def del_running_thread(self, class_name: str) -> None:
        """Say that the thread of this name has ended."""
        self._component.running_thread(class_name, False)

    def set_log_level(self, log_level: int) -> None:
        """Set the log level of the VM and its workers."""
        self._component.set_log_level(log_level)

    def set_self_assign_warning(self, warning: str) -> None:
        """Set how assigning to `self` in a service callback is warned about."""
        set_self_assign_warning(warning)

    def debug(self, line: Any) -> None:
        """Log what helps to find errors."""
        self.log.debug(line)

    def info(self, line: Any) -> None:
        """Log what happens."""
        self.log.info(line)

    def warning(self, line: Any) -> None:
        """Log what may be wrong."""
        self.log.warning(line)

    def error(self, line: Any) -> None:
        """Log what is wrong."""
        self.log.error(line)

    def critical(self, line: Any) -> None:
        """Log what stops the work."""
        self.log.critical(line)

    def exception(self, line: Any) -> None:
        """Log what is wrong, with the traceback."""
        self.log.exception(line)


class _ServiceBase:
    """What services and nano services have in common."""

    def init(self, init_args: Any) -> None:
        """Prepare the object; subclasses override this."""

    def start(self) -> None:
        """Called when the VM starts; subclasses override this."""

    def stop(self) -> None:
        """Called when the VM stops; subclasses override this."""

    @property
    def maapi(self) -> Maapi:
        """The session of the service callback that runs; an action opens its own."""
        call = current()
        return call.maapi if call is not None else Maapi()

    def __setattr__(self, name: str, value: Any) -> None:
        get_setattr_fun(self, _ServiceBase)(name, value)


def _create(function: Callable) -> Callable:
    @functools.wraps(function)
    def callback(self: Any, tctx: Any, kp: Any, proplist: list, fastmap_thandle: int) -> Any:
        root, service = root_and_node(transaction_for(tctx), kp, True)
        return function(self, tctx, root, service, proplist)

    return callback


def _modification(function: Callable) -> Callable:
    @functools.wraps(function)
    def callback(self: Any, tctx: Any, op: int, kp: Any, proplist: list) -> Any:
        return function(self, tctx, op, kp, get_root(transaction_for(tctx)), proplist)

    return callback


class Service(_ServiceBase):
    """Base of service callback classes; decorated methods get nodes instead of handles."""

    def __init__(self, daemon: Any, servicepoint: str, log: Any = None, init_args: Any = None) -> None:
        self.daemon = daemon
        self.servicepoint = servicepoint
        self.log = log
        self.init(init_args)

    #: Decorates `cb_create(self, tctx, root, service, proplist)`.
    create = staticmethod(_create)
    #: Decorates `cb_pre_lock_create(self, tctx, root, service, proplist)`, an old name of `create`.
    pre_lock_create = staticmethod(_create)
    #: Decorates `cb_pre_modification(self, tctx, op, kp, root, proplist)`.
    pre_modification = staticmethod(_modification)
    #: Decorates `cb_post_modification(self, tctx, op, kp, root, proplist)`.
    post_modification = staticmethod(_modification)


def _nano(function: Callable) -> Callable:
    return function


class NanoService(_ServiceBase):
    """Base of nano service callback classes."""

    def __init__(
        self,
        daemon: Any,
        servicepoint: str,
        componenttype: str,
        state: str,
        log: Any = None,
        init_args: Any = None,
    ) -> None:
        self.daemon = daemon
        self.servicepoint = servicepoint
        self.componenttype = componenttype
        self.state = state
        self.log = log
        self.init(init_args)

    #: Decorates `cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist)`.
    create = staticmethod(_nano)
    #: Decorates `cb_nano_delete`, with the same arguments.
    delete = staticmethod(_nano)


class PlanComponent:
    """Writes one component of a service's plan."""

    def __init__(self, planpath: Any, name: str, component_type: str) -> None:
        """Create the component below a service's plan; `planpath` is the service or its plan."""
        plan = planpath
        if plan._schema.name != "plan" and plan._schema.child("plan") is not None:
            plan = plan.plan
        components = plan.component
        if len(components._schema.key_names) == 2:
            self.component = components.create(component_type, name)
        else:
            self.component = components.create(name)
            self.component.type = component_type

    def append_state(self, state_name: str) -> None:
        """Add a state that is not reached yet."""
        self._state(state_name).status = "not-reached"

    def _state(self, state_name: str) -> Any:
        return self.component.state.create(state_name)

    def set_reached(self, state_name: str) -> None:
        """Say that a state is reached."""
        self.set_status(state_name, "reached")

    def set_failed(self, state_name: str) -> None:
        """Say that a state failed."""
        self.set_status(state_name, "failed")

    def set_status(self, state_name: str, status: str) -> None:
        """Set the status of a state, and when that was."""
        state = self._state(state_name)
        state.status = status
        state.when = mk_yang_date_and_time()


def get_device(node: Any, name: str) -> Any:
    """Return the device with this name."""
    root = get_root(node)
    return root.ncs__devices.device[name]


def get_ned_id(device: Any) -> Optional[str]:
    """Return the ned-id of a device, or `None`."""
    device_type = device.device_type
    for kind in ("cli", "netconf", "generic", "snmp"):
        holder = getattr(device_type, kind, None)
        ned_id = getattr(holder, "ned_id", None)
        if ned_id:
            return str(ned_id)
    return None
