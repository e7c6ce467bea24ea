"""The threads of an endpoint: who reads, who runs, who takes over."""

from __future__ import annotations

import json
import mmap
import os
import select
import struct
import tempfile
import threading
import time
import unittest
from random import Random
from typing import Any, Callable, Optional
from unittest import mock

from callpoint_vm.endpoint import Endpoint
from callpoint_vm.serving import current
from callpoint_vm.wire import Message, line

#: Seconds that anything may take before a test fails.
PATIENCE = 120.0


class Served:
    """A callpoint whose runs the test ends."""

    def __init__(self) -> None:
        self.waits = False
        self.started: dict[int, threading.Event] = {}
        self.released: dict[int, threading.Event] = {}
        self.threads: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.aborted: list[tuple[int, bool]] = []
        self.changed = threading.Condition()
        self.work: Callable[[Message], Message] = lambda request: {"ok": {"output": {}}}

    def blocks(self, *identifiers: int) -> None:
        for identifier in identifiers:
            self.released[identifier] = threading.Event()

    def prepare(self) -> None:
        pass

    def run(self, request: Message) -> Message:
        identifier = request["id"]
        with self.changed:
            self.threads[identifier] = threading.get_ident()
            self.names[identifier] = threading.current_thread().name
            self.changed.notify_all()
        if identifier in self.released:
            assert self.released[identifier].wait(PATIENCE)
        return self.work(request)

    def abort(self, request: Message) -> None:
        with self.changed:
            self.aborted.append((request["id"], threading.get_ident() in self.threads.values()))
            self.changed.notify_all()

    def thread_name(self, number: int) -> str:
        return f"hand-{number}"

    def about(self, request: Message) -> str:
        return str(request["id"])

    def until(self, condition: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE)

    def until_started(self, *identifiers: int) -> None:
        self.until(lambda: set(identifiers) <= self.threads.keys())


class Clocks:
    """Stands in for ``time``; its clocks move when a run says so."""

    def __init__(self) -> None:
        self.wall, self.computed = time.monotonic_ns(), time.process_time_ns()

    def advance(self, slept: int, computed: int) -> Message:
        """Lets so many milliseconds pass in a run."""
        self.wall += (slept + computed) * 1_000_000
        self.computed += computed * 1_000_000
        return {"ok": {}}

    def monotonic_ns(self) -> int:
        return self.wall

    def process_time_ns(self) -> int:
        return self.computed

    thread_time_ns = process_time_ns


def eventually(condition: Callable[[], Any]) -> None:
    """Waits for something that another thread does and that nothing tells of."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)


class EndpointTests(unittest.TestCase):
    def setUp(self) -> None:
        request_end, self.requests = os.pipe()
        self.replies, reply_end = os.pipe()
        control_end, self.control = os.pipe()
        page, path = tempfile.mkstemp()
        os.unlink(path)
        os.ftruncate(page, 4096)
        self.page = mmap.mmap(page, 4096)
        self.served = Served()
        self.ended = threading.Event()
        self.stopped = threading.Event()
        self.endpoint = Endpoint(
            [request_end, reply_end, control_end, page], {0: self.served}, self.ended.set, self.stopped.set
        )
        self.received: list[Message] = []
        self.rest = b""
        self.first = threading.Thread(target=self.endpoint.run)
        self.first.start()
        self.until(lambda: self.received)
        self.assertEqual(self.received.pop()["ready"]["pid"], os.getpid())

    def tearDown(self) -> None:
        for event in self.served.released.values():
            event.set()
        os.close(self.requests)
        os.close(self.control)
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(PATIENCE)
                self.assertFalse(thread.is_alive(), thread)
        self.endpoint.close_after_fork()
        os.close(self.replies)
        self.page.close()

    def ask(self, *identifiers: int, callpoint: int = 0) -> None:
        os.write(self.requests, b"".join(line({"id": one, "cp": callpoint, "op": "action"}) for one in identifiers))

    def tell(self, do: str, **more: Any) -> None:
        os.write(self.control, line({"do": do, **more}))

    def take_over(self) -> None:
        """Has another thread lead, and lets the callpoint pass for one that does not wait."""
        self.tell("take-over", waits=True)
        eventually(lambda: self.served.waits)
        self.served.waits = False

    def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            ready, _, _ = select.select([self.replies], [], [], deadline - time.monotonic())
            self.assertTrue(ready, f"no reply; so far {self.received}")
            *lines, self.rest = (self.rest + os.read(self.replies, 1 << 20)).split(b"\n")
            self.received.extend(json.loads(one) for one in lines)

    def reply(self, identifier: int) -> Message:
        found: list[Message] = []
        self.until(lambda: found.extend(one for one in self.received if one.get("id") == identifier) or found)
        return found[0]

    def answered(self) -> list[int]:
        return [one["id"] for one in self.received]

    def words(self) -> list[int]:
        return [word for word in struct.unpack("<512Q", self.page[:]) if word]

    # One thread.

    def test_requests_that_do_not_wait_are_run_in_order_by_one_thread(self) -> None:
        self.ask(*range(1, 101))
        self.reply(100)
        self.assertEqual(self.answered(), list(range(1, 101)))
        self.assertEqual(set(self.served.threads.values()), {self.first.ident})

    def test_the_page_names_a_request_before_it_runs_and_forgets_it_after_the_reply(self) -> None:
        seen: list[list[int]] = []
        self.served.work = lambda request: seen.append(self.words()) or {"ok": {}}
        self.ask(2**40, 2**40 + 1)
        self.reply(2**40 + 1)
        self.assertEqual(seen, [[2**40], [2**40 + 1]])
        self.ask(9)
        self.reply(9)
        self.served.blocks(10)
        self.ask(10)
        self.served.until_started(10)
        self.assertEqual(self.words(), [10])

    def test_a_request_may_come_in_pieces(self) -> None:
        data = line({"id": 1, "cp": 0, "op": "action", "input": "x" * 200_000})
        for start in range(0, len(data), 40_000):
            os.write(self.requests, data[start : start + 40_000])
        self.assertEqual(self.reply(1), {"id": 1, "ok": {"output": {}}})

    def test_the_thread_knows_its_request_only_while_it_runs(self) -> None:
        seen: list[Optional[int]] = []
        self.served.work = lambda request: seen.append(current.request) or {"ok": {}}
        self.ask(5)
        self.reply(5)
        self.assertEqual(seen, [5])
        self.assertIsNone(current.request)

    # Replies.

    def test_whatever_a_callback_raises_is_an_error_reply(self) -> None:
        for number, error in enumerate((SystemExit(3), KeyboardInterrupt(), GeneratorExit(), MemoryError("no")), 1):

            def fail(request: Message, error: BaseException = error) -> Message:
                raise error

            self.served.work = fail
            self.ask(number)
            self.assertIn(type(error).__name__, self.reply(number)["error"]["message"])
        self.served.work = lambda request: {"ok": {}}
        self.ask(99)
        self.assertIn("ok", self.reply(99))

    def test_a_reply_that_is_no_json_is_an_error_reply(self) -> None:
        self.served.work = lambda request: {"ok": {"output": object()}}
        self.ask(1)
        self.assertIn("cannot be written as JSON", self.reply(1)["error"]["message"])

    def test_a_reply_above_the_limit_is_an_error_reply(self) -> None:
        self.served.work = lambda request: {"ok": {"output": "x" * (16 << 20)}}
        self.ask(1)
        error = self.reply(1)["error"]
        self.assertEqual(error["kind"], "too-large")
        self.assertIn("a message may have 16 MiB", error["message"])

    def test_a_large_reply_arrives_whole_between_others(self) -> None:
        self.served.work = lambda request: {"ok": {"output": "x" * (1 << 20 if request["id"] == 2 else 1)}}
        self.ask(1, 2, 3)
        self.reply(3)
        self.assertEqual([len(one["ok"]["output"]) for one in self.received], [1, 1 << 20, 1])

    def test_a_callpoint_that_is_not_served_here_is_refused(self) -> None:
        self.ask(1, callpoint=7)
        self.assertEqual(self.reply(1)["error"]["message"], "no callpoint has the number 7 here")

    def test_a_deadline_is_moved_by_a_line_of_its_own(self) -> None:
        self.endpoint.set_timeout(3, 60)
        self.until(lambda: self.received)
        self.assertEqual(self.received, [{"timeout": {"id": 3, "seconds": 60}}])

    # Aborting.

    def test_a_request_that_is_about_to_run_is_aborted(self) -> None:
        about_to_run, goes_on = threading.Event(), threading.Event()
        self.addCleanup(goes_on.set)

        def thread_name(number: int) -> str:
            about_to_run.set()
            self.assertTrue(goes_on.wait(PATIENCE))
            return "hand"

        self.served.thread_name = thread_name  # type: ignore[method-assign]
        self.ask(1)
        self.assertTrue(about_to_run.wait(PATIENCE))
        self.endpoint._do({"do": "abort", "id": 1})
        goes_on.set()
        self.reply(1)
        eventually(lambda: [identifier for identifier, _ in self.served.aborted] == [1])

    def test_when_no_thread_can_be_had_for_an_abort_the_control_pipe_is_read_on(self) -> None:
        self.served.blocks(1)
        self.ask(1)
        self.served.until_started(1)
        start = mock.patch.object(threading.Thread, "start", side_effect=RuntimeError("can't start new thread"))
        with start as started, mock.patch("callpoint_vm.endpoint.complain") as complain:
            self.tell("abort", id=1)
            eventually(lambda: started.called)
            self.tell("stop")
            self.served.released[1].set()
            self.assertTrue(self.stopped.wait(PATIENCE))
        complain.assert_called_once_with("request 1 cannot be told of its abort: can't start new thread")

    # Failing.

    def test_an_exception_that_cannot_be_printed_is_an_error_reply(self) -> None:
        class Unprintable(Exception):
            def __str__(self) -> str:
                raise self

        def fail(request: Message) -> Message:
            raise Unprintable

        self.served.work = fail
        self.ask(1)
        text = "the callback failed with Unprintable, which cannot be printed"
        self.assertEqual(self.reply(1)["error"]["message"], text)

    def test_a_thread_that_fails_ends_the_process(self) -> None:
        def fail(number: int) -> str:
            raise ValueError("no name")

        self.served.thread_name = fail  # type: ignore[method-assign]
        with mock.patch("callpoint_vm.leaving.leave") as leave:
            self.ask(1)
            self.first.join(PATIENCE)
        (reason,) = leave.call_args[0]
        self.assertIn("ValueError: no name", reason)

    # Taking over.

    def test_another_thread_takes_over_from_one_that_is_blocked(self) -> None:
        self.served.blocks(1)
        self.ask(1, 2)
        self.served.until_started(1)
        self.tell("take-over", waits=True)
        self.assertIn("ok", self.reply(2))
        self.ask(3)
        self.reply(3)
        self.assertEqual(self.answered(), [2, 3])
        eventually(lambda: self.words() == [1])
        self.served.released[1].set()
        self.reply(1)

    def test_who_takes_over_from_one_that_computes_hands_nothing_over_before_it_runs(self) -> None:
        self.served.blocks(1, 2)
        self.ask(1, 2, 3)
        self.served.until_started(1)
        self.tell("take-over", waits=False)
        self.served.until_started(2)
        self.assertFalse(self.served.waits)
        self.assertNotIn(3, self.served.threads)
        self.served.released[1].set()
        self.served.released[2].set()
        self.reply(3)

    def test_a_thread_that_comes_back_parks_and_is_the_next_to_lead(self) -> None:
        self.served.blocks(1, 3)
        self.ask(1)
        self.served.until_started(1)
        self.take_over()
        self.ask(2)
        self.reply(2)
        self.served.released[1].set()
        self.reply(1)
        eventually(lambda: self.endpoint._parked)
        self.served.waits = False
        self.ask(3)
        self.served.until_started(3)
        self.take_over()
        self.ask(4)
        self.reply(4)
        self.assertEqual(self.served.threads[4], self.served.threads[1])
        self.assertEqual(len(set(self.served.threads.values())), 2)

    def test_take_over_while_nobody_is_blocked_changes_nothing(self) -> None:
        for identifier in range(1, 6):
            # A line on the control pipe would be read at some time, perhaps while the next request runs.
            self.endpoint._do({"do": "take-over", "waits": True})
            self.ask(identifier)
            self.reply(identifier)
            eventually(lambda: not self.endpoint._leader_runs)
        self.assertEqual(set(self.served.threads.values()), {self.first.ident})

    def test_a_callpoint_that_waited_is_handed_over_before_it_runs(self) -> None:
        self.served.waits = True
        self.served.blocks(*range(1, 65))
        self.ask(*range(1, 65))
        self.served.until_started(*range(1, 65))
        self.assertEqual(len(set(self.served.threads.values())), 64)
        self.assertEqual(sorted(self.words()), list(range(1, 65)))
        self.assertEqual(self.received, [])

    def test_one_surprise_is_enough_for_a_whole_backlog(self) -> None:
        self.served.blocks(*range(1, 33))
        self.ask(*range(1, 33))
        self.served.until_started(1)
        self.tell("take-over", waits=True)
        self.served.until_started(*range(1, 33))

    def test_a_callpoint_waits_until_one_of_its_runs_has_computed(self) -> None:
        clocks = Clocks()
        with mock.patch("callpoint_vm.endpoint.time", clocks):
            self.served.waits = True
            for identifier, slept, computed, waits in ((1, 20, 0, True), (2, 9, 9, False), (3, 20, 0, False)):
                self.served.work = lambda request: clocks.advance(slept, computed)
                self.ask(identifier)
                self.reply(identifier)
                self.assertEqual(self.served.waits, waits)

    def test_when_no_thread_can_be_had_the_first_that_comes_back_leads(self) -> None:
        self.served.blocks(1)
        with mock.patch.object(threading.Thread, "start", side_effect=RuntimeError("can't start new thread")):
            self.ask(1, 2)
            self.served.until_started(1)
            self.tell("take-over", waits=True)
            self.tell("take-over", waits=True)
            self.served.released[1].set()
            self.reply(2)
        self.assertEqual(self.served.threads[1], self.served.threads[2])

    def test_every_request_has_one_reply_whatever_callbacks_do_and_whoever_takes_over(self) -> None:
        for seed in range(5):
            random = Random(seed)
            never = threading.Event()
            pauses = {identifier: random.choice((0, 0, 0, 0.0005, 0.003)) for identifier in range(1, 401)}
            self.served.work = lambda request: never.wait(pauses[request["id"]]) or {"ok": {}}
            identifiers = list(pauses)
            while identifiers:
                count = random.randint(1, 20)
                self.ask(*identifiers[:count])
                del identifiers[:count]
                for _ in range(random.choice((0, 0, 1, 3))):
                    self.tell("take-over", waits=True)
            self.until(lambda: len(self.received) == len(pauses))
            self.assertEqual(sorted(self.answered()), list(pauses), f"seed {seed}")
            eventually(lambda: not self.words())
            self.received.clear()

    # Aborting and stopping.

    def test_abort_reaches_a_running_callback_on_another_thread(self) -> None:
        self.served.blocks(1)
        self.ask(1)
        self.served.until_started(1)
        self.tell("abort", id=1)
        self.served.until(lambda: self.served.aborted)
        self.assertEqual(self.served.aborted, [(1, False)])

    def test_a_request_that_is_aborted_before_it_starts_does_not_run(self) -> None:
        self.served.blocks(1)
        self.ask(1, 2, 3)
        self.served.until_started(1)
        self.tell("abort", id=2)
        self.assertEqual(self.reply(2)["error"]["message"], "cancelled before it started")
        self.served.released[1].set()
        self.reply(3)
        self.assertNotIn(2, self.served.threads)

    def test_a_request_that_is_aborted_before_it_is_read_does_not_run(self) -> None:
        self.served.blocks(1)
        self.ask(1)
        self.served.until_started(1)
        self.ask(2, 3)
        self.endpoint._do({"do": "abort", "id": 2})
        self.served.released[1].set()
        self.assertEqual(self.reply(2)["error"]["message"], "cancelled before it started")
        self.reply(3)
        self.assertNotIn(2, self.served.threads)

    def test_abort_of_what_is_over_changes_nothing(self) -> None:
        self.ask(1)
        self.reply(1)
        self.tell("abort", id=1)
        self.ask(2)
        self.reply(2)
        self.assertEqual(self.served.aborted, [])

    def test_stop_answers_what_was_read_and_reads_no_more(self) -> None:
        self.served.blocks(1)
        self.ask(1, 2)
        self.served.until_started(1)
        self.tell("stop")
        eventually(lambda: self.endpoint._is_stopping)
        self.ask(3)
        self.assertFalse(self.stopped.is_set())
        self.served.released[1].set()
        self.assertTrue(self.stopped.wait(PATIENCE))
        self.until(lambda: len(self.received) == 2)
        self.assertEqual(self.answered(), [1, 2])
        self.assertNotIn(3, self.served.threads)

    def test_stop_of_an_idle_endpoint_is_over_at_once(self) -> None:
        self.endpoint.stop()
        self.assertTrue(self.stopped.is_set())

    def test_the_end_of_the_requests_is_told(self) -> None:
        os.close(self.requests)
        self.assertTrue(self.ended.wait(PATIENCE))
        self.requests = os.open("/dev/null", os.O_RDONLY)
