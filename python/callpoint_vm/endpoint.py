"""An endpoint: the pipes of a worker, or of a VM that serves with threads, and the threads behind them.

One thread leads. It reads requests into the backlog and runs them itself, one after the other, so that fast callbacks
cost no hand-over. Leadership passes on when the leader would keep others waiting:

- when the host, having seen no reply for a while, writes "take over" on the control pipe,
- and if the host says that the callback waits instead of computing, before it runs the next ones of that callpoint, until
  one has computed.

The next leader is a thread that is parked, or a new one; a thread that comes back and finds another leader parks. If no
thread can be had, nobody leads, and the first that comes back does. No thread wakes up to see whether another is stuck.
"""

from __future__ import annotations

import mmap
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Callable, NoReturn, Optional, Protocol

from callpoint_vm import forks, parent, settings
from callpoint_vm.descriptors import Descriptor
from callpoint_vm.leaving import complain, guarded, leave
from callpoint_vm.orphans import Orphans
from callpoint_vm.serving import Call, current
from callpoint_vm.wire import (
    Lines,
    Message,
    ProtocolError,
    TooLong,
    line,
    read_chunk,
    reply_line,
    write_all,
)

#: Words in the page, and so the most threads.
WORDS = 512

#: How many requests are remembered that were aborted before they were read, or when they were over.
_MOST_UNWANTED = 2 * WORDS

#: What is said of a request that was aborted in time.
_CANCELLED = "cancelled before it started"

#: A run that took fewer nanoseconds did not wait, whatever the clocks say.
_BRIEF = 1_000_000


class Served(Protocol):
    """A callpoint as its endpoint sees it."""

    #: Whether its runs wait instead of computing.
    waits: bool

    def prepare(self) -> None:
        """Makes the instance of the callback class; a failure shows in the replies."""

    def run(self, request: Message) -> Message:
        """Runs the callback; the reply is without ``id``."""

    def abort(self, request: Message) -> None:
        """Tells the instance that a running request is not wanted any more."""

    def thread_name(self, number: int) -> str:
        """What the thread with this number is called while it serves this callpoint."""

    def about(self, request: Message) -> str:
        """What the log says after the thread's name while it serves ``request``."""


class _Hand(Call):
    """A thread of the endpoint, and what it runs, or ran last."""

    __slots__ = ("gate", "named_for", "number", "thread")

    def __init__(self, endpoint: Endpoint, number: int) -> None:
        super().__init__(endpoint)
        #: Its word in the page.
        self.number = number
        #: Where it waits until it is to lead.
        self.gate = threading.Lock()
        self.gate.acquire()
        self.thread = threading.current_thread()
        #: What the thread's name tells of.
        self.named_for: Optional[Served] = None


class Endpoint:
    """Serves requests until it is told to stop or the host is gone."""

    def __init__(
        self,
        descriptors: list[int],
        callpoints: Mapping[int, Served],
        on_end: Callable[[], None],
        on_stop: Callable[[], None],
    ) -> None:
        *pipes, page = descriptors
        self._requests, self._replies, self._control = map(Descriptor, pipes)
        self._page = mmap.mmap(page, WORDS * 8)
        os.close(page)
        self._words = memoryview(self._page).cast("Q")
        self._callpoints = callpoints
        self._on_end = on_end
        self._on_stop = on_stop
        # The kernel keeps it for each thread, and the main thread's counts: it makes the endpoint.
        self._death_signal = parent.death_signal()

        self._lock = threading.Lock()
        # From here to the next blank line: under the lock.
        self._backlog: deque[Message] = deque()
        self._leader: Optional[_Hand] = None
        self._leader_runs = False
        self._parked: list[_Hand] = []
        self._hands = 0
        self._busy = 0
        self._is_stopping = False
        self._has_stopped = False
        self._is_over = False
        self._running: dict[int, _Hand] = {}
        # Requests that nobody waits for any more and that are not among the others, the oldest first: most lie in the pipe.
        self._unwanted: dict[int, None] = {}

        self._lines = Lines()  # The leader's.
        self._reply_lock = threading.Lock()
        #: The thread on the control pipe, once there is one.
        self.obeys: Optional[threading.Thread] = None
        self._pid = os.getpid()
        self._orphans = Orphans()
        forks.close_in_children(self)

    # From outside.

    def run(self) -> None:
        """Says ready and serves, on the calling thread first. Returns only when there is nothing more to serve."""
        guarded(self._start)

    def stop(self) -> None:
        """Answers what was read, then calls ``on_stop`` on whichever thread is last."""
        with self._lock:
            self._is_stopping = True
            is_over = self._is_drained()
        if is_over:
            self._on_stop()

    def set_timeout(self, request: int, seconds: float) -> None:
        """Moves the deadline of a running request."""
        self._write(line({"timeout": {"id": request, "seconds": seconds}}))

    @property
    def is_child(self) -> bool:
        """Whether this is a process that a callback forked; it has nothing to do with the endpoint."""
        return os.getpid() != self._pid

    def close_after_fork(self) -> None:
        """In a child that a callback forked: lets go of everything, so that it cannot answer in our name."""
        for descriptor in (self._requests, self._replies, self._control):
            descriptor.close()
        self._words.release()
        self._page.close()

    # The threads that serve.

    def _start(self) -> None:
        for served in self._callpoints.values():
            served.prepare()
        with self._lock:
            hand = self._leader = self._new_hand()
        self.obeys = threading.Thread(target=guarded, args=(self._obey,), name="callpoint-control", daemon=True)
        self.obeys.start()
        self._write(line({"ready": {"pid": self._pid, "parentDeathSignal": self._death_signal}}))
        self._serve(hand)

    def _serve(self, me: _Hand) -> None:
        current.call = me
        goes_on = self._lead(me)
        while goes_on:
            self._run(me)
            goes_on = self._come_back(me)
        current.call = None

    def _lead(self, me: _Hand) -> bool:
        """For the leader: takes its next request; false when none is to be run any more."""
        with self._lock:
            has_taken = self._take(me)
        return has_taken or self._read_on(me)

    def _read_on(self, me: _Hand) -> bool:
        """For the leader, when the backlog is empty: waits for its next request; false as above."""
        self._orphans.look_now_and_then()
        has_taken = False
        while not has_taken and not self._is_over:
            has_taken = self._read(me)
        return has_taken

    def _take(self, me: _Hand) -> bool:
        """Under the lock, for the leader: takes what was read first; false if there is nothing."""
        if self._is_over or not self._backlog:
            return False
        me.request = request = self._backlog.popleft()
        me.served = served = self._callpoints.get(request["cp"])
        self._busy += 1
        self._leader_runs = True
        if served is not None:
            # From here on it can be aborted.
            self._running[request["id"]] = me
            if served.waits:
                self._pass_on()
        return True

    def _read(self, me: _Hand) -> bool:
        """For the leader: puts what comes next into the backlog, and takes a request from there if there is one."""
        try:
            chunk = read_chunk(self._requests.number())
            messages = self._lines.feed(chunk)
            _check(messages)
        except (OSError, ProtocolError) as error:
            self._break(f"the request pipe cannot be used: {error}")
        unwanted: list[Message] = []
        with self._lock:
            is_expected = self._is_stopping
            if not chunk or is_expected:
                self._end()
            elif self._unwanted:
                for message in messages:
                    if message["id"] in self._unwanted:
                        del self._unwanted[message["id"]]
                        unwanted.append(message)
                    else:
                        self._backlog.append(message)
            else:
                self._backlog.extend(messages)
            has_taken = self._take(me)
        for message in unwanted:
            self._answer(message["id"], _refusal(_CANCELLED))
        if not chunk and not is_expected:
            self._on_end()
        return has_taken

    def _run(self, me: _Hand) -> None:
        request, served = me.request, me.served
        identifier = request["id"]
        if served is None:
            self._answer(identifier, _refusal(f"no callpoint has the number {request['cp']} here"))
            return
        if me.named_for is not served:
            me.named_for = served
            me.thread.name = served.thread_name(me.number)
        self._words[me.number] = identifier
        began = _clocks() if served.waits else None
        try:
            reply = served.run(request)
        except BaseException as error:
            # Not even the error's text could be had: exceptions of user code may fail when they are printed.
            reply = _refusal(f"the callback failed with {type(error).__name__}, which cannot be printed")
        if os.getpid() != self._pid:
            # The callback forked, and the child came back from it too.
            os._exit(1)
        if began is not None:
            served.waits = _waited(began, _clocks())
        del self._running[identifier]
        self._answer(identifier, reply)

    def _come_back(self, me: _Hand) -> bool:
        """After a run: takes the next request when it is this thread's turn; false when none is to be run any more."""
        with self._lock:
            self._busy -= 1
            is_over = self._is_stopping and self._is_drained()
            if self._leader is None or self._is_over:
                self._leader = me
            leads = self._leader is me
            if not leads:
                self._parked.append(me)
            else:
                self._leader_runs = False
                if self._take(me):
                    return True
        self._words[me.number] = 0
        if is_over:
            self._on_stop()
        if leads:
            return self._read_on(me)
        me.gate.acquire()
        return self._lead(me)

    def _is_drained(self) -> bool:
        """Under the lock: true once, when nothing is left to answer."""
        if self._busy or self._backlog or self._has_stopped:
            return False
        self._has_stopped = True
        return True

    # Leadership, under the lock.

    def _end(self) -> None:
        """No request will be read any more: each thread ends when it has nothing to run."""
        self._is_over = True
        for hand in self._parked:
            hand.gate.release()
        self._parked.clear()

    def _new_hand(self) -> _Hand:
        self._hands += 1
        return _Hand(self, self._hands - 1)

    def _pass_on(self) -> None:
        """Makes another thread the leader, or nobody if there is no other."""
        self._leader_runs = False
        if self._parked:
            self._leader = self._parked.pop()
            self._leader.gate.release()
            return
        self._leader = None
        if self._hands == WORDS:
            return
        hand = self._new_hand()
        hand.thread = threading.Thread(target=guarded, args=(self._serve, hand), daemon=True)
        try:
            hand.thread.start()
        except RuntimeError:
            # The system has no thread left for us; the first that comes back will lead.
            self._hands -= 1
            return
        self._leader = hand

    # The control pipe.

    def _obey(self) -> None:
        """What the control thread does."""
        lines = Lines()
        while True:
            try:
                chunk = read_chunk(self._control.number())
                messages = lines.feed(chunk)
            except (OSError, ProtocolError) as error:
                self._break(f"the control pipe cannot be used: {error}")
            for message in messages:
                try:
                    self._do(message)
                except (KeyError, ValueError) as error:
                    self._break(f"the control pipe said {message}: {error!r}")
            if not chunk:
                with self._lock:
                    is_expected = self._is_stopping
                if not is_expected:
                    self._on_end()
                return

    def _do(self, message: Message) -> None:
        what = message.get("do")
        if what == "take-over":
            self._take_over(message["waits"])
        elif what == "abort":
            self._abort(message["id"])
        elif what == "settings":
            settings.apply(message)
        elif what == "stop":
            self.stop()
        else:
            raise ValueError("unknown")

    def _take_over(self, waits: bool) -> None:
        with self._lock:
            if self._leader is None:
                self._pass_on()
            elif self._leader_runs:
                if waits and self._leader.served is not None:
                    self._leader.served.waits = True
                self._pass_on()

    def _abort(self, identifier: int) -> None:
        with self._lock:
            waiting = [request for request in self._backlog if request["id"] == identifier]
            for request in waiting:
                self._backlog.remove(request)
            hand = self._running.get(identifier)
            # A moment later it may run another request.
            served, request = (None, {}) if hand is None else (hand.served, hand.request)
            if not waiting and served is None:
                self._unwanted[identifier] = None
                if len(self._unwanted) > _MOST_UNWANTED:
                    del self._unwanted[next(iter(self._unwanted))]
        if waiting:
            self._answer(identifier, _refusal(_CANCELLED))
        elif served is not None:
            name = f"callpoint-abort-{identifier}"
            thread = threading.Thread(target=served.abort, args=(request,), name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                # This thread must read on: what comes may be the order to stop.
                complain(f"request {identifier} cannot be told of its abort: {error}")

    # Replies.

    def _answer(self, identifier: int, reply: Message) -> None:
        try:
            data = reply_line(identifier, reply)
        except TooLong as error:
            data = reply_line(identifier, _refusal(f"the reply is too long: {error}", "too-large"))
        except (TypeError, ValueError, RecursionError, MemoryError) as error:
            data = reply_line(identifier, _refusal(f"the reply cannot be written as JSON: {error}"))
        self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            with self._reply_lock:
                write_all(self._replies.number(), data)
        except OSError as error:
            self._break(f"the reply pipe cannot be used: {error}")

    def _break(self, reason: str) -> NoReturn:
        """Without its pipes this process is of no use."""
        leave(reason)


def _clocks() -> tuple[int, int, int]:
    """Return the time, and how long this thread and this process have computed, in nanoseconds."""
    return time.monotonic_ns(), time.thread_time_ns(), time.process_time_ns()


def _waited(began: tuple[int, int, int], ended: tuple[int, int, int]) -> bool:
    """Whether a run waited for something other than its turn to compute.

    Its thread computed for less than a quarter of it, and this process for less than half of the time: if other threads
    kept it waiting, more threads would not help.
    """
    wall, mine, ours = (after - before for before, after in zip(began, ended))
    return wall > _BRIEF and wall > 4 * mine and wall > 2 * ours


def _check(messages: list[Message]) -> None:
    for one in messages:
        identifier = one.get("id")
        if not isinstance(identifier, int) or not 0 < identifier < 1 << 64 or "cp" not in one or "op" not in one:
            raise ProtocolError(f"not a request: {str(one)[:200]}")


def _refusal(text: str, kind: Optional[str] = None) -> Message:
    return {"error": {"message": text} if kind is None else {"message": text, "kind": kind}}
