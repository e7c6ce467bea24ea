# -*- mode: python; python-indent: 4 -*-
import os

import ncs
from ncs.dp import Action

from shared_a.drum import DRUM


class Draw(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        output.ticket = DRUM.draw()
        output.pid = os.getpid()


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        self.register_action("shared-b-draw", Draw)

    def teardown(self):
        self.log.info("Main FINISHED")
