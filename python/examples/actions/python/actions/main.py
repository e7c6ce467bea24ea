# -*- mode: python; python-indent: 4 -*-
import threading
import time

import ncs
from ncs.dp import Action


class MathAction(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        self.log.info(name, " for ", uinfo.username)
        if name == "double":
            output.result = input.number * 2
        else:
            output.quotient, output.remainder = divmod(input.dividend, input.divisor)


class LoadAction(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        if name == "refuse":
            return ncs.CONFD_ERR
        if name == "sleep":
            time.sleep(input.milliseconds / 1000)
        else:
            output.rounds = burn(input.milliseconds / 1000)
        output.thread = threading.current_thread().name
        return ncs.CONFD_OK


class ServerAction(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output, trans):
        server = ncs.maagic.get_node(trans, kp)
        self.log.info(name, " of server ", kp[0][0], " at ", server.location)
        if name == "reset":
            output.time = input.when
        else:
            output.message = f"{server.name} at {server.location} goes down"


class CountServers(Action):

    @Action.rpc
    def cb_action(self, uinfo, name, input, output):
        with ncs.maapi.single_read_trans(uinfo.username, "system") as trans:
            servers = ncs.maagic.get_root(trans).actions__servers.server
            output.count = sum(input.location in (None, server.location) for server in servers)


def burn(seconds):
    """Compute for so much time of this thread's own, and count the rounds."""
    end = time.thread_time() + seconds
    rounds = 0
    while time.thread_time() < end:
        sum(range(1000))
        rounds += 1
    return rounds


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        self.register_action("actions-math", MathAction)
        self.register_action("actions-load", LoadAction)
        self.register_action("actions-server", ServerAction)
        self.register_action("actions-rpc", CountServers)

    def teardown(self):
        self.log.info("Main FINISHED")
