# -*- mode: python; python-indent: 4 -*-
"""The callbacks of the soak's packages: each package has a copy of this file as its `main.py`.

Every run writes a line when it begins and one when it ends, each in one write to a file that is opened for appending:
`S` or `E`, the run, the process, the time. A run is named by the number that its client gave it; a callback of a commit
is named by its request's number too, as a commit that is tried again makes new requests.
"""

import ctypes
import os
import signal
import threading
import time

import ncs
from ncs.application import Service
from ncs.dp import Action, ValidationError, ValidationPoint

PACKAGE = __name__.partition(".")[0]
RECORDS = os.open(os.environ["SOAK_RECORDS"], os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

#: Each edition of a package has another.
VERSION = 0

ACTIONS = ("quick", "compute", "sleep", "nested", "fail", "hang", "stuck", "crash", "write", "large")


def record(mark, run):
    os.write(RECORDS, f"{mark} {run} {os.getpid()} {time.monotonic():.6f}\n".encode())


class Act(Action):

    def init(self, init_args):
        self.waiting = {}
        #: The sessions of runs that were aborted before they waited.
        self.early = set()

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        record("S", input.run)
        getattr(self, "do_" + name)(uinfo, input, output)
        output.run = input.run
        record("E", input.run)

    def cb_abort(self, uinfo):
        over = self.waiting.get(uinfo.usid)
        if over is None:
            self.early.add(uinfo.usid)
        else:
            over.set()

    def do_quick(self, uinfo, input, output):
        output.inner = "version %d" % VERSION

    def do_compute(self, uinfo, input, output):
        end = time.thread_time() + input.ms / 1000
        while time.thread_time() < end:
            sum(range(100))

    def do_sleep(self, uinfo, input, output):
        time.sleep(input.ms / 1000)

    def do_nested(self, uinfo, input, output):
        """Calls another action of the same VM, and tells how that ended."""
        with ncs.maapi.single_read_trans("admin", "system") as trans:
            action = getattr(getattr(ncs.maagic.get_root(trans), PACKAGE), input.key)
            more = action.get_input()
            more.run = input.run + "+1"
            more.ms = input.ms
            try:
                output.inner = action.request(more).run
            except ncs.error.Error as error:
                output.inner = "error: %s" % error

    def do_fail(self, uinfo, input, output):
        raise ValueError("failure of %s" % input.run)

    def do_hang(self, uinfo, input, output):
        """Waits until it is aborted."""
        over = self.waiting[uinfo.usid] = threading.Event()
        if uinfo.usid not in self.early:
            over.wait(input.ms / 1000)
        self.early.discard(uinfo.usid)
        del self.waiting[uinfo.usid]

    def do_stuck(self, uinfo, input, output):
        """Does not hear of its abort."""
        time.sleep(input.ms / 1000)

    def do_crash(self, uinfo, input, output):
        if input.key == "exit":
            os._exit(7)
        if input.key == "segv":
            ctypes.string_at(0)
        if input.key == "kill":
            os.kill(os.getpid(), signal.SIGKILL)

    def do_write(self, uinfo, input, output):
        """Writes in a transaction of its own."""
        with ncs.maapi.single_write_trans("admin", "system") as trans:
            mark = getattr(ncs.maagic.get_root(trans), PACKAGE).mark.create(input.key)
            mark.n = int(input.run)
            trans.apply()

    def do_large(self, uinfo, input, output):
        output.inner = "x" * input.ms


class Job(Service):

    @Service.create
    def cb_create(self, tctx, root, service, proplist):
        """Configures what the instance says, and takes the first free slot of a pool that others take slots of too."""
        run = "c%d@%d" % (service.n, tctx.th)
        record("S", run)
        time.sleep(service.ms / 1000)
        if service.fail:
            raise ValueError("failure of %d" % service.n)
        mine = getattr(root, PACKAGE)
        mine.config.create(service.name).n = service.n
        pool = mine.pool.create(service.pool)
        taken = {slot.number for slot in pool.slot}
        number = next(number for number in range(len(taken) + 1) if number not in taken)
        pool.slot.create(number).owner = service.name
        record("E", run)


class Text(ValidationPoint):

    @ValidationPoint.validate
    def cb_validate(self, tctx, kp, value, validationpoint):
        verdict, number = str(value).split()
        run = "v%s@%d" % (number, tctx.th)
        record("S", run)
        if verdict == "bad":
            raise ValidationError("failure of " + number)
        record("E", run)
        return ncs.CONFD_OK


class Main(ncs.application.Application):

    def setup(self):
        for action in ACTIONS:
            self.register_action("%s-%s" % (PACKAGE, action), Act)
        self.register_service(PACKAGE + "-job", Job)
        self.register_validation(PACKAGE + "-text", Text)
