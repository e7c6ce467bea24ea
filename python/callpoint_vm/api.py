"""Where the runtime meets the API packages: everything it knows of ``ncs`` is here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import ncs.log
from ncs import _backend, _dispatch, _rehearsal, _transactions, util
from ncs._component import Component
from ncs.application import Application

from callpoint_vm.wire import Message


def install(host: Any) -> None:
    """Makes ``host`` the one that the API talks to in this process."""
    _backend.install(host)


def disown_transactions() -> None:
    """In a forked child: leaves the transactions that are open to the process that opened them."""
    _transactions.disown()


@contextmanager
def on_stage(rounds: int) -> Iterator[tuple[list[Any], list[Message]]]:
    """What a rehearsal serves, and so many rounds of requests for it; meanwhile the API talks to no real host."""
    host = _backend.host()
    install(_rehearsal.Stage())
    try:
        yield _rehearsal.REGISTRATIONS, _rehearsal.requests(rounds)
    finally:
        install(host)


def set_callpoint_model(model: str) -> None:
    """What ``ncs.util`` says of the VM's packages."""
    util.set_callpoint_model(model)


def set_self_assign_warning(mode: str) -> None:
    """Sets what happens when a service callback assigns to ``self``: ``off``, ``log`` or ``alarm``."""
    util.set_self_assign_warning(mode)


def set_log_handler(handler: logging.Handler) -> None:
    """What ``ncs.log`` hands to packages that ask for the VM's log."""
    ncs.log._handlers[:] = [handler]


def is_application(cls: type) -> bool:
    """Whether a class is a component of the usual kind; others are from before there was one."""
    return issubclass(cls, Application)


def new_component(
    package: str,
    name: str,
    class_name: str,
    running_thread: Callable[[str, bool], None],
    set_log_level: Callable[[int], None],
) -> Component:
    """What a component's class is made with, and what it registers with."""
    log = ncs.log.Log(logging.getLogger(package))
    return Component(package, name, class_name, log, running_thread=running_thread, set_log_level=set_log_level)


#: Makes what the requests for a callback name in the schema.
look_up = _dispatch.look_up

#: Runs a callback; the reply is without ``id``.
run = _dispatch.run

#: Runs ``cb_abort`` of the instance that serves a request.
abort = _dispatch.abort
