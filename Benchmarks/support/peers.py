"""The peers: how they are installed, run and asked."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from support import processes
from support.figures import Unfit
from support.native import Sample

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
#: What is installed from elsewhere, below the repository and out of git's sight.
CACHE = BENCHMARKS / ".cache"
PACKAGES = {"loky": "3.7.0", "gunicorn": "27.0.1", "ray": "2.60.0"}

#: The peers, by what they are called, with the package that each needs.
PEERS = {
    "multiprocessing.Pool": ("pool", None),
    "ProcessPoolExecutor": ("executor", None),
    "loky": ("loky", "loky"),
    "Ray": ("ray", "ray"),
    "gunicorn": ("gunicorn", "gunicorn"),
}

Request = Mapping[str, object]


class Driven:
    """A peer that a driver process of its own asks, as a user's program would."""

    def __init__(self, python: pathlib.Path, kind: str) -> None:
        # Removed here, as a driver may be killed; what Ray puts there has names that must not be long.
        self._temporary = tempfile.TemporaryDirectory(prefix="peer-", dir="/tmp")
        variables = {
            **os.environ, "TMPDIR": self._temporary.name, "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0",
        }
        self._log = open(CACHE / f"{kind}.log", "wb")
        self.process = subprocess.Popen(
            [str(python), "-m", "support.driver", kind], cwd=BENCHMARKS, env=variables, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, text=True)

    def measure(self, task: str, request: Request, workers: int, in_flight: int, seconds: float) -> Sample:
        """Keep so many requests on their way for some seconds."""
        assert self.process.stdin is not None and self.process.stdout is not None
        order = {"workers": workers, "task": task, "request": request, "inFlight": in_flight, "seconds": seconds}
        try:
            print(json.dumps(order), file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Unfit(f"its driver ended with status {self.process.wait()}; see {self._log.name}")
        return Sample(**json.loads(answer))

    def close(self) -> None:
        """End the driver in order, and its workers with it; remove what one that was killed has left."""
        self.process.communicate()
        self._log.close()
        self._temporary.cleanup()
        for left in pathlib.Path("/dev/shm").glob(f"sem.loky-{self.process.pid}-*"):
            left.unlink()


class Gunicorn:
    """gunicorn with sync workers, asked by wrk."""

    def __init__(self, python: pathlib.Path) -> None:
        self._python = python
        self._log = open(CACHE / "gunicorn.log", "wb")
        self._workers = 0
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def _serve(self, workers: int) -> None:
        """Have a server with so many workers, all of which are there."""
        self._stop()
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            self._port = listener.getsockname()[1]
            self.process = subprocess.Popen(
                [str(self._python), "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--workers", str(workers),
                 "--log-level", "warning", "support.wsgi:application"],
                cwd=BENCHMARKS, pass_fds=[listener.fileno()], stdout=self._log, stderr=self._log)
        self._workers = workers
        while len(processes.below(self.process.pid)) < workers:
            if self.process.poll() is not None:
                raise Unfit(f"it ended with status {self.process.returncode}; see {self._log.name}")
            time.sleep(0.01)
        self._wait_for_answer()

    def _wait_for_answer(self) -> None:
        """Wait until everything that came before has been served."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request("POST", "/echo", body="{}")
        if connection.getresponse().status != 200:
            raise Unfit(f"it does not serve the application; see {self._log.name}")
        connection.close()

    def measure(self, task: str, request: Request, workers: int, in_flight: int, seconds: float) -> Sample:
        """Keep so many requests on their way for some seconds, of which wrk knows whole ones only."""
        if workers != self._workers:
            self._serve(workers)
        outcome = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(in_flight), "--duration", str(max(1, round(seconds))),
             "--timeout", "30", "--script", str(BENCHMARKS / "support" / "wrk.lua"),
             f"http://127.0.0.1:{self._port}/{task}"],
            env={**os.environ, "WRK_BODY": json.dumps(request, separators=(",", ":"))},
            stdout=subprocess.PIPE, text=True, check=True)
        # wrk does not wait for what it asked for last, which lies in the way of what is asked for next.
        self._wait_for_answer()
        answer = json.loads(outcome.stdout.splitlines()[-1])
        if answer.pop("failed") or not answer["throughput"]:
            raise Unfit(f"requests failed, or none was answered in time: {outcome.stdout}")
        return Sample(**answer)

    def _stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def close(self) -> None:
        """Stop the server in order."""
        self._stop()
        self._log.close()


class Peers:
    """Those that could be installed."""

    def __init__(self, *, with_ray: bool) -> None:
        CACHE.mkdir(exist_ok=True)
        self._python = CACHE / "peers" / "bin" / "python"
        self.versions: dict[str, str] = {}
        #: What could not be installed, with the reason.
        self.missing: dict[str, str] = {}
        if not self._python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(CACHE / "peers")], check=True)
        for package, version in PACKAGES.items():
            if package == "ray" and not with_ray:
                continue
            problem = self._install(package, version)
            if problem:
                self.missing[package] = problem
            else:
                self.versions[package] = version
        problem = install_wrk()
        if problem and "gunicorn" in self.versions:
            self.missing["wrk, which asks gunicorn"] = problem
            del self.versions["gunicorn"]

    def _install(self, package: str, version: str) -> str:
        """Install a package unless it is there, and return what hinders that."""
        look = f"import importlib.metadata as m, sys; sys.exit(m.version({package!r}) != {version!r})"
        there = subprocess.run([str(self._python), "-c", look], stderr=subprocess.DEVNULL, check=False)
        if there.returncode == 0:
            return ""
        print(f"installing {package} {version}", flush=True)
        outcome = subprocess.run(
            [str(self._python), "-m", "pip", "install", "-q", "--disable-pip-version-check", f"{package}=={version}"],
            stderr=subprocess.PIPE, text=True, check=False)
        return outcome.stderr.strip().splitlines()[-1] if outcome.returncode else ""

    @property
    def names(self) -> list[str]:
        """The peers that are there."""
        return [name for name, (_, package) in PEERS.items() if package is None or package in self.versions]

    def open(self, name: str) -> Driven | Gunicorn:
        """Start a peer; the one who asked closes it."""
        kind, _ = PEERS[name]
        return Gunicorn(self._python) if kind == "gunicorn" else Driven(self._python, kind)


def install_wrk() -> str:
    """Install wrk unless it is there, and return what hinders that."""
    if shutil.which("wrk"):
        return ""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "it is not on PATH, and only root can install it with apt-get"
    print("installing wrk", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, check=False)
    outcome = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk"], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False)
    return "" if outcome.returncode == 0 else outcome.stderr.strip()
