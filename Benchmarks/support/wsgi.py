"""What gunicorn serves: the tasks, each at its name."""

from __future__ import annotations

import json
from collections.abc import Callable

from support.tasks import TASKS


def application(environ: dict, start_response: Callable) -> list[bytes]:
    """Do a task with the JSON of the request's body."""
    request = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    body = json.dumps(TASKS[environ["PATH_INFO"][1:]](request)).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
