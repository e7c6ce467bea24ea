"""What Python asks of the host by itself: a connection per thread, opened when the thread first needs one.

It works in the VM, in a worker, and in any process below them, forked or spawned, and finds the host through the
environment.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Optional

from _ncs.error import EOF
from ncs._backend import failure
from ncs._schema import Schema

from callpoint_vm import api, forks
from callpoint_vm.serving import current
from callpoint_vm.wire import Link, Message, ProtocolError, TooLong, set_limit


class _Connections(threading.local):
    """The calling thread's connection, and the process that opened it."""

    link: Optional[Link] = None
    pid = 0


class HostClient:
    """The host, as the API packages see it: the transaction backend behind ``ncs``."""

    def __init__(self, path: str, token: str, schema: str) -> None:
        self._path = path
        self._token = token
        self._schema_path = schema
        self._connections = _Connections()
        forks.close_in_children(self)

    def close_after_fork(self) -> None:
        """In a child: the transactions that were open belong to the process that opened them."""
        api.disown_transactions()
        forks.close_in_children(self)

    @cached_property
    def schema(self) -> Schema:
        """The schema, mapped when it is first looked at."""
        return Schema.load(self._schema_path)

    def open(self, mode: str, db: str, user: str, context: str) -> int:
        """Starts a transaction and returns its handle."""
        th: int = self._call("trans.open", {"mode": mode, "db": db, "user": user, "context": context})["th"]
        return th

    def read(self, th: int, path: str, after: Optional[str] = None, writes: Sequence[Any] = ()) -> Optional[Any]:
        """The content below a node, or ``None`` if there is no such node."""
        return self._call("trans.read", _given(th=th, path=path, after=after, writes=list(writes) or None)).get("tree")

    def write(self, th: int, writes: Sequence[Any]) -> None:
        """Sends writes ahead of the reply."""
        self._call("trans.write", {"th": th, "writes": list(writes)})

    def apply(self, th: int, writes: Sequence[Any], reads: list[str], dry_run: bool = False) -> list[Message]:
        """Commits a transaction; with ``dry_run`` only says what would change."""
        params = _given(th=th, writes=list(writes), reads=reads, dryRun=dry_run or None, request=current.request)
        changes: list[Message] = self._call("trans.apply", params).get("changes", [])
        return changes

    def validate(self, th: int, writes: Sequence[Any], reads: list[str]) -> None:
        """Checks a transaction without committing it."""
        self._call("trans.validate", _given(th=th, writes=list(writes), reads=reads, request=current.request))

    def close(self, th: int) -> None:
        """Ends a transaction; what was not applied is gone."""
        self._call("trans.close", {"th": th})

    def action(
        self,
        path: str,
        input: Any,
        user: str,
        context: str,
        th: Optional[int] = None,
        writes: Sequence[Any] = (),
    ) -> Message:
        """Runs an action and returns its output."""
        params = _given(
            path=path,
            input=input,
            user=user,
            context=context,
            request=current.request,
            th=th,
            writes=list(writes) or None,
        )
        output: Message = self._call("trans.action", params).get("output", {})
        return output

    def set_timeout(self, request: int, seconds: float) -> None:
        """Moves the deadline of a request that this process serves."""
        if current.call is None or current.call.endpoint.is_child:
            raise failure("only the process and the thread that run a callback can move its deadline", "not-supported")
        current.call.endpoint.set_timeout(request, seconds)

    def _call(self, method: str, params: Message) -> Message:
        try:
            return _result(self._link().call(method, params))
        except TooLong as error:
            raise failure(f"{method} cannot be sent: {error}", "too-large") from None
        except (EOFError, OSError) as error:
            self._disconnect()
            raise EOF(f"{method}: {error}") from None
        except ProtocolError as error:
            # What else lies in this connection cannot be told apart any more.
            self._disconnect()
            raise EOF(f"{method}: what the host answered makes no sense: {error}") from None

    def _link(self) -> Link:
        mine = self._connections
        if mine.link is None or mine.pid != os.getpid():
            link = Link(self._path)
            try:
                hello = _result(link.call("thread.hello", {"token": self._token, "pid": os.getpid()}))
                set_limit(int(hello["messageLimit"]))
            except BaseException:
                link.close()
                raise
            mine.link, mine.pid = link, os.getpid()
        return mine.link

    def _disconnect(self) -> None:
        link, self._connections.link = self._connections.link, None
        if link is not None:
            link.close()


def connect() -> HostClient:
    """The host that the environment names, for scripts and for children that user code spawned."""
    missing = [name for name in ("NCS_IPC_PATH", "CALLPOINT_TOKEN", "CALLPOINT_SCHEMA") if not os.environ.get(name)]
    if missing:
        raise OSError(
            f"no host to talk to: the environment lacks {', '.join(missing)}, which every process below a VM has"
        )
    return HostClient(os.environ["NCS_IPC_PATH"], os.environ["CALLPOINT_TOKEN"], os.environ["CALLPOINT_SCHEMA"])


def _given(**params: Any) -> Message:
    return {name: value for name, value in params.items() if value is not None}


def _result(answer: Message) -> Message:
    error = answer.get("error")
    if error is None and isinstance(answer.get("result"), dict):
        return answer["result"]
    if not isinstance(error, dict):
        raise ProtocolError(f"an answer has neither a result nor an error: {str(answer)[:200]}")
    data = error.get("data") or {}
    raise failure(error.get("message", "the host refused and did not say why"), data.get("kind"), data.get("errno"))
