"""From launch to ready, and what a worker holds, beside Python processes that start afresh."""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import sys
import time

from support import numbered
from support.control import control
from support.figures import counted
from support.hosts import ROOT, host
from support.processes import private_megabytes
from support.setting import Setting

TITLE = "5. Start, and private memory"
CALLPOINTS = (1, 10, 50, 200)
MODELS = ("threading", "multiprocessing")
CALLBACKS = 1000

#: What a worker is without its work: forked twice from a process with the same modules, it does to itself what a worker
#: must, makes the callback's object, has a thread for orders, reads lines and answers them as `loop` does with a
#: callback.
BARE = f"""
import gc, json, mmap, os, threading
import callpoint_vm.main, callpoint_vm.template, {numbered.NAME}.main
from callpoint_vm import parent, title, worker
from callpoint_vm.descriptors import Descriptor
from ncs.dp import Daemon
from support.loop import Caller
line = json.dumps({{"id": 1, "params": {{"path": "/", "input": {{"text": "callback"}}}}}})
caller = Caller()
(lines, given), (orders, never), (printed, log) = os.pipe(), os.pipe(), os.pipe()
page = os.memfd_create("page")
os.ftruncate(page, 4096)
title.set_title("callpoint: {numbered.NAME} template")
os.write(given, b"." * COUNT)
gc.freeze()
template = os.fork()
if template == 0:
    for _ in range(COUNT):
        if os.fork() == 0:
            if CALLBACKS:
                parent.arm(os.getppid())
                parent.set_subreaper(True)
                os.setpgid(0, 0)
                worker._offer_to_oom_killer()
                title.set_title("callpoint: {numbered.NAME} action {numbered.NAME}-0")
                os.dup2(log, 2)
                pipes = [Descriptor(number) for number in (lines, orders, log)]
                words = memoryview(mmap.mmap(page, 4096)).cast("Q")
                instance = {numbered.NAME}.main.Echo(Daemon("{numbered.NAME}-0"), "{numbered.NAME}-0")
            os.read(lines, 1)
            if CALLBACKS:
                threading.Thread(target=os.read, args=(orders, 1), daemon=True).start()
            for _ in range(CALLBACKS):
                json.dumps(caller(json.loads(line)))
            os.write(1, b"%d\\n" % os.getpid())
            os.read(0, 1)
            os._exit(0)
    for _ in range(COUNT):
        os.wait()
    os._exit(0)
os.waitpid(template, 0)
"""


def measure_host(setting: Setting, package: pathlib.Path) -> dict[str, float]:
    """Measure a host with the callpoints of a package."""
    record = setting.directory / "setup"
    with host(setting.tool, package, environment={"SETUP_RECORD": str(record)}) as running:
        found = {
            "launch": running.seconds_to_ready * 1000,
            "setup": (running.ready - float(record.read_text())) * 1000,
        }
        workers = running.workers()
        if workers:
            found["idle"] = statistics.median(private_megabytes(pid) for pid in workers)
            with control(running.socket_path) as client:
                for number in range(CALLBACKS):
                    client.ask("action", path=numbered.path(0), input={"text": f"callback {number}"})
            found["used"] = private_megabytes(running.worker("numbered-0"))
    return found


def with_modules(package: pathlib.Path) -> dict[str, str]:
    """Return an environment in which Python finds the runtime and a package."""
    places = ROOT / "python", package / "python", ROOT / "Benchmarks"
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}


def measure_bare(package: pathlib.Path, count: int, callbacks: int = 0) -> dict[str, float]:
    """Measure so many bare forks of a process that has imported the same runtime and package.

    With callbacks they are set up as workers, with a second thread, and have made each so many calls.
    """
    program = BARE.replace("COUNT", str(count)).replace("CALLBACKS", str(callbacks))
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=with_modules(package),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    forked = [int(process.stdout.readline()) for _ in range(count)]
    found = {"idle": statistics.median(private_megabytes(pid) for pid in forked)}
    process.communicate()
    return found


def measure_afresh(package: pathlib.Path, count: int) -> dict[str, float]:
    """Measure so many Python processes that import the same runtime and package, each for itself."""
    variables = with_modules(package)
    command = [sys.executable, "-c", f"import {numbered.NAME}.main; print(flush=True); input()"]
    started = time.monotonic()
    processes = [
        subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    found = {"launch": (time.monotonic() - started) * 1000}
    found["idle"] = statistics.median(private_megabytes(process.pid) for process in processes)
    for process in processes:
        process.communicate("\n")
    return found


def compare(setting: Setting) -> None:
    """Measure, and add the figures to the report."""
    report = setting.report
    report.section(TITLE)
    counts = CALLPOINTS[:2] if setting.quick else CALLPOINTS
    # The number of callpoints that the target of the start names.
    reference = 10 if setting.quick else 50
    contenders = {}
    for count in counts:
        for model in MODELS:
            package = numbered.write_numbered(setting.directory, model, count)
            contenders[f"{counted(count, 'callpoint')}, {model}"] = (
                lambda package=package: measure_host(setting, package))
        if count == reference:
            contenders[f"{count} bare forks with the same modules"] = (
                lambda package=package, count=count: measure_bare(package, count))
            for calls in (1, CALLBACKS):
                contenders[f"the limit: {count} such forks set up as workers, after {counted(calls, 'call')}"] = (
                    lambda package=package, count=count, calls=calls: measure_bare(package, count, calls))
        contenders[counted(count, "fresh interpreter")] = (
            lambda package=package, count=count: measure_afresh(package, count))
    measured = setting.alternate(contenders)
    for name, values in measured.items():
        if "launch" in values:
            report.add(f"{name}: from launch to ready", values["launch"], "ms")
        if "setup" in values:
            report.add(f"{name}: from the end of setup() to ready", values["setup"], "ms")
        if "idle" in values:
            each = "a worker when idle" if "setup" in values else "each"
            report.add(f"{name}: private memory, {each}", values["idle"], "MB")
        if "used" in values:
            report.add(f"{name}: private memory, a worker after 1,000 callbacks", values["used"], "MB")
    forked = measured[f"{reference} callpoints, multiprocessing"]
    report.add("private memory of an idle worker", forked["idle"], "MB")
    report.add("private memory of a worker after 1,000 callbacks", forked["used"], "MB")
