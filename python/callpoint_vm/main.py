"""The VM: the process that imports packages. Its main thread only forks and waits for the host."""

from __future__ import annotations

import argparse
import atexit
import faulthandler
import gc
import itertools
import logging
import os
import select
import signal
import sys
import threading
import traceback
from collections import deque
from typing import Any, Callable, NoReturn, Optional, Sequence

from callpoint_vm import api, client, forks, logs, parent, settings, stacks, template, threads, wire
from callpoint_vm.callpoint import Callpoint
from callpoint_vm.components import Component, Plan
from callpoint_vm.descriptors import Descriptor
from callpoint_vm.endpoint import Endpoint
from callpoint_vm.leaving import guarded, leave
from callpoint_vm.wire import Link, Message, ProtocolError

_log = logging.getLogger("callpoint")

#: How many new objects make Python look for garbage, where packages do not set it otherwise; Python's own is 700.
_GARBAGE = 10_000

#: How many seconds a thread that computes keeps the interpreter from others, likewise; Python's own is 0.005.
#: A quick callback beside one that computes waits that long, and two that compute lose nothing that can be measured.
_TURN = 0.001

#: How many seconds exit functions have after the last ``teardown()``.
EXIT_PATIENCE = 1.0


def main(arguments: Optional[Sequence[str]] = None) -> NoReturn:
    """Runs a VM until the host stops it."""
    parser = argparse.ArgumentParser(prog="startup.py", description="Hosts the Python classes of packages.")
    parser.add_argument("-l", "--log-level", default="info")
    parser.add_argument("-f", "--log-file", default="logs/ncs-python-vm", metavar="PREFIX")
    parser.add_argument("-i", "--id", required=True, metavar="VM")
    options = parser.parse_args(arguments)
    # A service makes thousands of objects in one go, and none of our own ever needs the collector.
    gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])
    sys.setswitchinterval(_TURN)
    faulthandler.enable(2)
    stacks.watch()
    # User code that interrupts the main thread, which is ours, ends nothing. Not SIG_IGN, which programs would inherit.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        vm = _connect()
    except (OSError, EOFError) as error:
        leave(f"VM {options.id} cannot start: {error}")
    try:
        vm.run()
    except EOFError:
        parent.die()
    except BaseException:
        leave(traceback.format_exc())


def _connect() -> VM:
    expected = int(_variable("CALLPOINT_PARENT"))
    if not parent.is_below(expected):
        parent.die()
    path, token = _variable("NCS_IPC_PATH"), _variable("CALLPOINT_TOKEN")
    link = Link(path)
    hello = {"token": token, "pid": os.getpid(), "parentDeathSignal": parent.death_signal()}
    answer = link.call("vm.hello", hello)
    if "error" in answer:
        raise OSError(f"the host refused: {answer['error'].get('message')}")
    if answer["result"]["parentDeathSignal"] and parent.death_signal() == 0:
        # The start command did not hand the setting on: it forked, or python has file capabilities.
        parent.arm(os.getppid())
        if not parent.is_below(expected):
            parent.die()
    return VM(link, path, token, answer["result"])


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise OSError(f"the environment lacks {name}; VMs are started by callpoint serve")
    return value


class VM:
    """The components of one VM, and what the host wants of them."""

    def __init__(self, link: Link, path: str, token: str, plan: Message) -> None:
        self._link = link
        self._path = path
        self._token = token
        self._armed: bool = plan["parentDeathSignal"]
        self._name: str = plan["vm"]
        self._pid = os.getpid()
        wire.set_limit(plan["messageLimit"])
        api.set_log_handler(logs.start(plan["log"]["prefix"], self._name, plan["log"]["level"]))
        os.environ["CALLPOINT_SCHEMA"] = plan["schema"]
        api.install(client.connect())
        api.set_self_assign_warning(plan["selfAssignWarning"])
        if plan["components"]:
            # Packages share a VM only where all of them are threading.
            api.set_callpoint_model(plan["components"][0]["model"])
        numbers = itertools.count()
        self._components = [
            Component(Plan.of(one), numbers, self._tell_thread, self._set_log_level, self._tell_problem)
            for one in plan["components"]
        ]
        self._callpoints: dict[int, Callpoint] = {}
        self._endpoints: list[tuple[Endpoint, threading.Event]] = []
        self._posted: deque[Callable[[], None]] = deque()
        self._posts, self._post_end = map(Descriptor, os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK))
        self._runs_component = False
        self._is_stopping = False
        self._poll = select.poll()
        #: The template, and the descriptor that becomes readable with its end.
        self._template = 0
        self._template_end = -1
        #: How long the callbacks that run when the VM is told to stop may go on, in seconds.
        self._grace = 0.0
        parent.set_subreaper(True)
        forks.close_in_children(self)

    def close_after_fork(self) -> None:
        """In a child: the VM's own pipe is of no use."""
        self._posts.close()
        self._post_end.close()

    def run(self) -> NoReturn:
        """Sets up the components, then does what the host says."""
        # What the runtime is made of is no garbage: the collector looks only at what packages make.
        gc.freeze()
        self._set_up(0)
        for message in self._link.early():
            self._obey(message)
        poll = self._poll
        poll.register(self._link.fileno(), select.POLLIN)
        posts = self._posts.number()
        poll.register(posts, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._template_end in ready:
                self._template_may_have_ended()
            if self._link.fileno() in ready:
                for message in self._link.receive():
                    self._obey(message)
            if posts in ready:
                os.read(self._posts.number(), 4096)
                while self._posted:
                    self._posted.popleft()()

    def _post(self, work: Callable[[], None]) -> None:
        """Has the main thread do ``work``; any thread may ask."""
        self._posted.append(work)
        try:
            os.write(self._post_end.number(), b"!")
        except BlockingIOError:
            # It holds enough to wake the main thread.
            pass
        except OSError as error:
            leave(f"the VM cannot reach its own main thread: {error}")

    # Start.

    def _set_up(self, index: int) -> None:
        if self._is_stopping:
            self._tear_down()
        elif index < len(self._components):
            component = self._components[index]
            self._runs_component = True

            def over() -> None:
                self._runs_component = False
                self._report(component)
                self._set_up(index + 1)

            component.in_thread(lambda: component.set_up(lambda: self._post(over)))
        else:
            self._link.notify("vm.ready", threads=threads.others())

    def _report(self, component: Component) -> None:
        params: dict[str, Any] = {
            "package": component.plan.package,
            "name": component.plan.name,
            "state": "failed" if component.error else "running",
            "callpoints": [callpoint.description() for callpoint in component.callpoints],
        }
        if component.error:
            params["error"] = component.error
        self._callpoints.update((callpoint.identifier, callpoint) for callpoint in component.callpoints)
        self._link.notify("vm.component", **params)

    # What the host says.

    def _obey(self, message: Message) -> None:
        method, params = message.get("method"), message.get("params") or {}
        if method == "vm.template":
            self._fork_template()
        elif method == "vm.serve":
            self._serve(params, self._link.take_descriptors(message["fds"]))
        elif method == "vm.start":
            for component in self._components:
                component.in_thread(component.start)
        elif method == "vm.settings":
            settings.apply(params)
        elif method == "vm.stop":
            self._stop(params["grace"])
        else:
            raise ProtocolError(f"the host sent {method!r} to a VM")

    def _fork_template(self) -> None:
        parent.set_subreaper(False)
        names = threads.others()
        if names:
            _log.warning("forking although threads run: %s", ", ".join(names))
        gc.collect()
        gc.freeze()
        logs.flush()
        me = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            leave(f"VM {self._name} cannot fork its template: {error.strerror}")
        if pid == 0:
            template.serve(self._path, self._token, self._name, self._callpoints, me, self._armed)
        gc.unfreeze()
        self._template = pid
        try:
            self._template_end = os.pidfd_open(pid)
        except OSError:
            # The host sees the end of a template that has said hello, and has a timeout for one that has not.
            return
        self._poll.register(self._template_end, select.POLLIN)

    def _template_may_have_ended(self) -> None:
        """Without its template this VM is of no use; the host hears of it only from one that has said hello."""
        try:
            ended, status = os.waitpid(self._template, os.WNOHANG)
            how = f": {os.waitstatus_to_exitcode(status)}"
        except ChildProcessError:
            # User code has waited for every child.
            ended, how = self._template, ""
        if ended and not self._is_stopping:
            leave(f"VM {self._name} has lost its template, process {ended}{how}")
        # If it has not ended, user code has closed the descriptor, and its number is somebody else's.
        self._poll.unregister(self._template_end)
        self._template_end = -1

    def _serve(self, params: Message, descriptors: list[int]) -> None:
        callpoints = {number: self._callpoints[number] for number in params["callpoints"]}
        drained = threading.Event()
        endpoint = Endpoint(descriptors, callpoints, on_end=lambda: None, on_stop=drained.set)
        self._endpoints.append((endpoint, drained))
        threading.Thread(target=endpoint.run, name=f"ncs-dp-{os.getpid()}", daemon=True).start()

    # What components ask for.

    def _tell_thread(self, plan: Plan, name: str, runs: bool) -> None:
        if os.getpid() == self._pid:
            self._link.notify(
                "vm.event", event="running-thread", package=plan.package, component=plan.name, name=name, running=runs
            )

    def _tell_problem(self, plan: Plan, text: str) -> None:
        self._link.notify("vm.event", event="problem", package=plan.package, component=plan.name, text=text)

    def _set_log_level(self, level: int) -> None:
        logs.set_level(logs.level_name(level))
        if os.getpid() == self._pid:
            self._link.notify("vm.event", event="log-level", level=logs.level_name(level))

    # Stop.

    def _stop(self, grace: float) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._grace = grace
            if not self._runs_component:
                self._tear_down()

    def _tear_down(self) -> None:
        threading.Thread(target=guarded, args=(self._finish,), name="callpoint-stop", daemon=True).start()

    def _finish(self) -> None:
        for endpoint, drained in self._endpoints:
            endpoint.stop()
            drained.wait(self._grace)
        for callpoint in self._callpoints.values():
            callpoint.finish()
        for component in reversed(self._components):
            component.in_thread(component.tear_down).join()
        # What would run if the program ended by itself: a multiprocessing manager removes its socket there, for example.
        exit_functions = threading.Thread(target=atexit._run_exitfuncs, name="callpoint-exit", daemon=True)
        exit_functions.start()
        exit_functions.join(EXIT_PATIENCE)
        logs.flush()
        os._exit(0)
