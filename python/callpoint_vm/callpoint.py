"""A registered callpoint: what the host is told about it, and the instance that runs its callbacks."""

from __future__ import annotations

import os
import threading
from typing import Any, Optional

from callpoint_vm import api
from callpoint_vm.wire import Message


class Callpoint:
    """One registration of one component."""

    def __init__(self, identifier: int, package: str, component: str, registration: Any, log: Any) -> None:
        self.identifier = identifier
        self.waits = False
        self._owner = f"{package}:{component}"
        self._registration = registration
        self._log = log
        self._lock = threading.Lock()
        self._instance: Optional[Any] = None

    def description(self) -> Message:
        """What ``vm.component`` says of it."""
        registration = self._registration
        described = {
            "id": self.identifier,
            "kind": registration.kind,
            "name": registration.name,
            "componentType": registration.component_type,
            "state": registration.state,
            "class": registration.class_name,
            "callbacks": list(registration.callbacks),
        }
        return {name: value for name, value in described.items() if value is not None}

    def look_up(self) -> None:
        """Finds its nodes in the schema, which all workers can share."""
        api.look_up(self._registration)

    def prepare(self) -> None:
        """Makes the instance, in the process that runs the callbacks. If that fails, each request tries again."""
        try:
            self._made()
        except BaseException as error:
            self._log.exception(f"{self._registration.class_name}: init failed: {error}")

    def run(self, request: Message) -> Message:
        """Runs the callback that the request names."""
        instance = self._instance
        if instance is None:
            try:
                instance = self._made()
            except BaseException as error:
                self._log.exception(f"{self._registration.class_name}: init failed: {error}")
                return {"error": {"message": f"Python init error. {error}"}}
        try:
            return api.run(instance, self._registration, request, self._log)
        except BaseException as error:
            self._log.exception(f"{self._registration.class_name}: {type(error).__name__}: {error}")
            return {"error": {"message": f"Python cb_{request['op']} error. {type(error).__name__}: {error}"}}

    def abort(self, request: Message) -> None:
        """Runs ``cb_abort``."""
        if self._instance is not None:
            api.abort(self._instance, request)

    def finish(self) -> None:
        """Runs the instance's own ``stop()``, if it has one."""
        if callable(getattr(self._instance, "stop", None)):
            try:
                self._instance.stop()  # type: ignore[union-attr]
            except BaseException as error:
                self._log.exception(f"{self._registration.class_name}: stop failed: {error}")

    def thread_name(self, number: int) -> str:
        """What a thread is called while it serves this component: process, component and the thread's number."""
        return f"ncs-dp-{os.getpid()}-{self._owner}-{number + 1}"

    def about(self, request: Message) -> str:
        """What the log says after the thread's name: the transaction, or the session and the action point."""
        if request["op"] == "action":
            return f"usid-{request.get('user', {}).get('session', 0)}-{self._registration.name}"
        return f"th-{request['id']}"

    def _made(self) -> Any:
        if self._instance is None:
            with self._lock:
                if self._instance is None:
                    instance = self._registration.instantiate(self._log)
                    if callable(getattr(instance, "start", None)):
                        instance.start()
                    self._instance = instance
        return self._instance
