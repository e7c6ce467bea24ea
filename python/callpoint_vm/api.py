"""Where the runtime meets the API packages: everything it knows of ``ncs`` is here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Callable

from ncs import _backend, _dispatch
from ncs.application import Application
from ncs.log import Log

from callpoint_vm.wire import Message

if TYPE_CHECKING:
    from callpoint_vm.components import Plan


def run(instance: Any, registration: Any, request: Message, log: Any) -> Message:
    """Runs a callback; the reply is without ``id``."""
    return _dispatch.run(instance, registration, request, _backend.host(), log)


def abort(instance: Any, request: Message) -> None:
    """Runs ``cb_abort`` of the instance that serves the request."""
    _dispatch.abort(instance, request)


def install(host: Any) -> None:
    """Makes ``host`` the one that the API talks to in this process."""
    _backend.install(host)


def new_log(logger: logging.Logger) -> Any:
    """The log that callbacks and components use."""
    return Log(logger)


def is_application(cls: type) -> bool:
    """Whether a class is a component of the usual kind."""
    return issubclass(cls, Application)


def new_application(cls: type, plan: Plan, log: Any) -> Any:
    """Makes the instance of a component's class."""
    return cls(log=log)


def registrations(application: Any) -> list[Any]:
    """What ``setup()`` registered, in order."""
    return list(application._registrations)


def start(application: Any) -> None:
    """Runs what had to wait for the end of forking."""


def stop_steps(application: Any) -> list[Callable[[], None]]:
    """What is to be called when a component stops, each whatever became of the others."""
    return [application.teardown]


def set_self_assign_warning(mode: str) -> None:
    """Sets what happens when a service callback assigns to ``self``."""
