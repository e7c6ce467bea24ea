"""The template: the VM's single-threaded twin, forked right after ``setup()``.

It does once what every worker would do at its start, and then only forks workers.
"""

from __future__ import annotations

import _signal
import gc
import os
import select
import signal
import traceback
from typing import NoReturn, Union

from callpoint_vm import forks, logs, parent, rehearsal, settings, title, worker
from callpoint_vm.callpoint import Callpoint
from callpoint_vm.leaving import leave
from callpoint_vm.wire import Link, Message, ProtocolError


class Template:
    """Forks workers for the host and tells it how they end."""

    def __init__(self, link: Link, callpoints: dict[int, Callpoint], armed: bool) -> None:
        self._link = link
        self._callpoints = callpoints
        self._armed = armed
        self._workers: dict[int, int] = {}
        # A handler must exist for the wake-up to be written; the pipe is what the loop waits on.
        self._ended, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._wake = wake
        forks.close_in_children(self)

    def close_after_fork(self) -> None:
        """In a worker: signals are Python's usual business again."""
        # Python's own `signal.signal` makes an exception of each handler that is no number, in each worker.
        _signal.set_wakeup_fd(-1)
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        os.close(self._ended)
        os.close(self._wake)

    def run(self) -> NoReturn:
        """Forks until the host is gone, which raises ``EOFError``."""
        for message in self._link.early():
            self._obey(message)
        poll = select.poll()
        poll.register(self._link.fileno(), select.POLLIN)
        poll.register(self._ended, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._reap()
            if self._link.fileno() in ready:
                for message in self._link.receive():
                    self._obey(message)

    def _obey(self, message: Message) -> None:
        method, params = message.get("method"), message.get("params") or {}
        if method == "template.fork":
            self._fork(params["workers"], self._link.take_descriptors(message["fds"]))
        elif method == "vm.settings":
            settings.apply(params)
        else:
            raise ProtocolError(f"the host sent {method!r} to a template")

    def _fork(self, orders: list[Message], descriptors: list[int]) -> None:
        """Forks workers back to back: what this process writes after a fork, that worker no longer shares with it."""
        logs.flush()
        me = os.getpid()
        each = len(descriptors) // len(orders)
        outcomes: list[Union[int, OSError]] = []
        for index, order in enumerate(orders):
            try:
                pid = os.fork()
            except OSError as error:
                outcomes.append(error)
                continue
            if pid == 0:
                own = descriptors[index * each : (index + 1) * each]
                for descriptor in descriptors:
                    if descriptor not in own:
                        os.close(descriptor)
                worker.serve(own, self._callpoints[order["callpoint"]], order["title"], me, self._armed)
            outcomes.append(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        for order, outcome in zip(orders, outcomes):
            endpoint = order["endpoint"]
            if isinstance(outcome, OSError):
                self._link.notify("template.failed", endpoint=endpoint, error=f"cannot fork: {outcome.strerror}")
            else:
                self._workers[outcome] = endpoint
                self._link.notify("template.forked", endpoint=endpoint, pid=outcome)

    def _reap(self) -> None:
        """A template has no children but its workers."""
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            endpoint = self._workers.pop(pid)
            status = os.waitstatus_to_exitcode(status)
            self._link.notify("template.exited", endpoint=endpoint, pid=pid, status=status)


def serve(path: str, token: str, name: str, callpoints: dict[int, Callpoint], vm: int, armed: bool) -> NoReturn:
    """Runs in the process that the VM ``name`` with the pid ``vm`` forked a moment ago; never returns."""
    try:
        if armed:
            parent.arm(vm)
        else:
            parent.check(vm)
        title.set_title(f"callpoint: {name} template")
        link = Link(path)
        hello = {"token": token, "pid": os.getpid(), "parentDeathSignal": parent.death_signal()}
        asked = link.ask("template.hello", hello)
        # Meanwhile the host makes the workers' pipes.
        rehearsal.rehearse()
        for callpoint in callpoints.values():
            callpoint.look_up()
        gc.collect()
        gc.freeze()
        answer = link.answer(asked)
        if "error" in answer:
            raise ConnectionError(f"the host refused the template: {answer['error'].get('message')}")
        Template(link, callpoints, armed).run()
    except EOFError:
        parent.die()
    except BaseException:
        leave(traceback.format_exc())
