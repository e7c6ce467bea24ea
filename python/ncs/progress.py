"""Spans of the progress trace. Progress is not traced; spans may be opened and ended all the same."""

from __future__ import annotations

from typing import Any, Optional


class EmptySpan:
    """A span that leaves no trace; also a context manager."""

    def __init__(self, span_id: Optional[str] = None, trace_id: Optional[str] = None) -> None:
        self.span_id = span_id
        self.trace_id = trace_id

    def end(self, *args: Any) -> None:
        """End the span."""

    def __enter__(self) -> EmptySpan:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


class Span(EmptySpan):
    """A span of a session."""

    def __init__(self, msock: Any, span_id: str, trace_id: Optional[str] = None) -> None:
        super().__init__(span_id, trace_id)


def conv_links(links: Any) -> list[dict]:
    """Return links, given as spans or dictionaries, as dictionaries."""
    return [
        {"span_id": link.span_id, "trace_id": link.trace_id} if isinstance(link, EmptySpan) else dict(link)
        for link in links or ()
    ]
