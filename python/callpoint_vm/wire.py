"""The wire: JSON objects, one a line, over pipes and over the control socket, there also with descriptors."""

from __future__ import annotations

import array
import fcntl
import json
import json.encoder
import os
import select
import socket
import threading
from collections import deque
from typing import Any, NoReturn

from callpoint_vm import forks
from callpoint_vm.descriptors import Descriptor

#: The most bytes one message may have until the host has said how many it allows.
LIMIT = 16 * 1024 * 1024

#: The most bytes one read takes.
CHUNK = 64 * 1024

Message = dict[str, Any]


def _refuse(value: Any) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is not a type of JSON")


# What `json.JSONEncoder` makes anew for each text: markers (what contains itself ends with `RecursionError`), default,
# encoder of strings, indent, separators, sort_keys, skipkeys, allow_nan.
_encode = json.encoder.c_make_encoder(  # type: ignore[misc]
    None, _refuse, json.encoder.encode_basestring, None, ":", ",", False, False, False
)
_decode_first = json.JSONDecoder().raw_decode

_limit = LIMIT


class ProtocolError(Exception):
    """The other side sent something that is not a message."""


class TooLong(Exception):
    """A message has more bytes than the host accepts; nothing of it was sent."""


def set_limit(size: int) -> None:
    """Takes note of how many bytes the host allows a message to have."""
    global _limit
    _limit = size


def line(message: Message) -> bytes:
    """The message as it travels. A text of user code may have half a character in it; that becomes a question mark."""
    return _sent(_json(message))


def reply_line(identifier: int, reply: Message) -> bytes:
    """The reply to a request as it travels: the request's ``id``, then what there is to say."""
    ok = reply.get("ok")
    if ok and len(reply) == len(ok) == 1 and "output" in ok:
        # What most actions answer: the encoder takes as long for each object around the output as for a text in it.
        return _sent(f'{{"id":{identifier},"ok":{{"output":{_json(ok["output"])}}}}}')
    return _sent(f'{{"id":{identifier},{_json(reply)[1:]}')


def _json(value: Any) -> str:
    return "".join(_encode(value, 0))


def _sent(text: str) -> bytes:
    data = (text + "\n").encode("utf-8", "replace")
    if len(data) - 1 > _limit:
        raise TooLong(
            f"it has {len(data) - 1} bytes, and a message may have {_limit >> 20} MiB (callpoint serve --message-limit)"
        )
    return data


class Lines:
    """Cuts a stream of bytes into messages, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._partial: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Message]:
        """The messages that are complete now that ``chunk`` has come."""
        messages: list[Message] = []
        end = chunk.rfind(b"\n")
        if end >= 0:
            self._partial.append(chunk[:end])
            messages = _decode(b"".join(self._partial))
            self._partial, self._size = [], 0
            chunk = chunk[end + 1 :]
        if chunk:
            self._partial.append(chunk)
            self._size += len(chunk)
            if self._size > _limit:
                raise ProtocolError(f"a message is longer than {_limit} bytes")
        return messages


def _decode(lines: bytes) -> list[Message]:
    """Reads lines all at once, as one array: what they have in common, such as the names of members, is made once.

    The host is the only one that writes here: it is checked that there are as many objects as lines, not that each line is one.
    """
    text = b"[%b]" % lines.replace(b"\n", b",")
    try:
        array = str(text, "utf-8")
        messages, end = _decode_first(array)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}: {lines[:200]!r}") from None
    is_whole = end == len(array) and len(messages) == lines.count(b"\n") + 1
    if not is_whole or set(map(type, messages)) != {dict}:
        raise ProtocolError(f"not JSON objects, one a line: {lines[:200]!r}")
    return messages


def read_chunk(descriptor: int) -> bytes:
    """Waits for bytes; empty at the end of the file. User code may have made the descriptor non-blocking."""
    while True:
        try:
            return os.read(descriptor, CHUNK)
        except BlockingIOError:
            _wait(descriptor, select.POLLIN)


def write_all(descriptor: int, data: bytes) -> None:
    """Writes everything, with one call unless the pipe is full. The caller holds the pipe's lock."""
    try:
        written = os.write(descriptor, data)
    except BlockingIOError:
        written = 0
    if written == len(data):
        return
    rest = memoryview(data)[written:]
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            _wait(descriptor, select.POLLOUT)


def _wait(descriptor: int, event: int) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    poll.poll()


def _new_socket() -> socket.socket:
    """A socket that is none of the standard streams, even where user code has closed those: it would be printed on."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if made.fileno() > 2:
        return made
    with made:
        return socket.socket(fileno=fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, 3))


class Link:
    """One connection to the control socket."""

    def __init__(self, path: str) -> None:
        self._descriptors: deque[int] = deque()
        self._socket = _new_socket()
        self._descriptor = Descriptor(self._socket.fileno())
        try:
            self._socket.connect(path)
        except OSError as error:
            self.close()
            raise OSError(
                error.errno, f"{os.strerror(error.errno or 0)}: no host answers on the socket {path}"
            ) from None
        self._lines = Lines()
        self._lock = threading.Lock()
        self._early: deque[Message] = deque()
        self._last_id = 0
        forks.close_in_children(self)

    def fileno(self) -> int:
        return self._descriptor.number()

    def notify(self, method: str, **params: Any) -> None:
        """Sends a notification; any thread may."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def call(self, method: str, params: Message) -> Message:
        """Sends a request and waits for its answer, the whole response."""
        return self.answer(self.ask(method, params))

    def ask(self, method: str, params: Message) -> int:
        """Sends a request; its id is for ``answer``."""
        self._last_id += 1
        self._send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    def answer(self, identifier: int) -> Message:
        """Waits for the answer to a request, the whole response. Other messages stay for ``receive``."""
        while True:
            answer = None
            for message in self._read():
                if message.get("id") == identifier and "method" not in message:
                    answer = message
                else:
                    self._early.append(message)
            if answer is not None:
                return answer

    def early(self) -> list[Message]:
        """The messages that came before an answer, or along with it: no poll will tell of them."""
        messages = list(self._early)
        self._early.clear()
        return messages

    def receive(self) -> list[Message]:
        """Waits for messages. ``EOFError`` says that the host is gone."""
        return self.early() or self._read()

    def take_descriptors(self, count: int) -> list[int]:
        """The next descriptors that came; the caller owns them now."""
        if len(self._descriptors) < count:
            raise ProtocolError(f"a message names {count} descriptors, {len(self._descriptors)} came")
        return [self._descriptors.popleft() for _ in range(count)]

    def close(self) -> None:
        """Closes the socket and the descriptors that nobody took."""
        self._socket.detach()
        self._descriptor.close()
        while self._descriptors:
            os.close(self._descriptors.popleft())

    close_after_fork = close
    # Left to itself, the socket would close its number, whatever that stands for by then.
    __del__ = close

    def _send(self, message: Message) -> None:
        data = line(message)
        try:
            with self._lock:
                write_all(self.fileno(), data)
        except ConnectionError:
            raise EOFError("the host is gone") from None

    def _read(self) -> list[Message]:
        try:
            chunk, ancillary, flags, _ = self._received()
        except ConnectionError:
            raise EOFError("the host is gone") from None
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
                self._descriptors.extend(numbers)
        if flags & socket.MSG_CTRUNC:
            raise ProtocolError("descriptors were lost: this process has too many open")
        if not chunk:
            raise EOFError("the host is gone")
        return self._lines.feed(chunk)

    def _received(self) -> Any:
        while True:
            number = self.fileno()
            try:
                return self._socket.recvmsg(CHUNK, socket.CMSG_SPACE(253 * 4), socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                # User code made all descriptors non-blocking.
                _wait(number, select.POLLIN)
