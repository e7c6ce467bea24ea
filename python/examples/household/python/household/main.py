# -*- mode: python; python-indent: 4 -*-
import os
import subprocess
import time

import ncs
from ncs.dp import Action

FOREVER = "86400"


def start(arguments, mark, **options):
    """Start a program that nobody waits for."""
    subprocess.Popen(arguments, env={**os.environ, "HOUSEHOLD": mark}, **options)


class Family(Action):
    """Leaves a child, a process group and a daemon, and goes on having children until it returns."""

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        start(["sleep", FOREVER], input.mark)
        start(["sh", "-c", f"sleep {FOREVER} & sleep {FOREVER}"], input.mark, preexec_fn=os.setpgrp)
        # Its parent ends at once, so that nobody knows whose it is.
        start(["sh", "-c", f"sleep {FOREVER} &"], input.mark, start_new_session=True)
        end = time.monotonic() + float(input.seconds)
        for _ in range(input.children):
            if os.fork() == 0:
                time.sleep(int(FOREVER))
                os._exit(0)
            time.sleep(0.002)
        time.sleep(max(0, end - time.monotonic()))


class Alive(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        output.pid = os.getpid()


class Main(ncs.application.Application):

    def setup(self):
        self.register_action("household-family", Family)
        self.register_action("household-alive", Alive)
