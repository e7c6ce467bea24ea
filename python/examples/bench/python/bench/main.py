# -*- mode: python; python-indent: 4 -*-
import time

import ncs
from ncs.dp import Action


def burn(seconds):
    """Compute for so much time of this thread's own."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(100))


class Bench(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        if name == "burn":
            burn(input.microseconds / 1_000_000)
        elif name == "sleep":
            time.sleep(input.microseconds / 1_000_000)
        elif name == "echo":
            output.text = input.text


class Main(ncs.application.Application):

    def setup(self):
        self.register_action("bench-a", Bench)
        self.register_action("bench-b", Bench)
