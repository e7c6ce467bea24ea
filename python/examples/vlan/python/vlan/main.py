# -*- mode: python; python-indent: 4 -*-
import itertools
import multiprocessing
import os
import time

import ncs
from ncs.application import Service
from ncs.dp import Action, ValidationError, ValidationPoint

# Tags that the line cards use themselves.
INTERNAL_VLANS = range(1002, 1006)


class ServiceCallbacks(Service):

    def init(self, init_args):
        (self.semaphore,) = init_args

    @Service.create
    def cb_create(self, tctx, root, service, proplist):
        self.log.info("Service create(service=", service._path, ") in process ", os.getpid())
        with self.semaphore:
            for name in service.device:
                config = root.devices.device[name].config
                interface = config.r__interfaces.interface.create(f"Vlan{service.vlan_id}")
                interface.description = service.name


class Trace(Action):

    def init(self, init_args):
        (self.semaphore,) = init_args

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output, trans):
        service = ncs.maagic.get_node(trans, kp)
        hops = []
        with self.semaphore:
            for device in service.device:
                time.sleep(input.milliseconds_per_hop / 1000)
                hops.append(f"{device} Vlan{service.vlan_id}")
        output.hop = hops


class WhoAmI(Action):

    def init(self, init_args):
        (self.semaphore,) = init_args
        self.calls = itertools.count(1)

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output):
        with self.semaphore:
            output.calls = next(self.calls)
        output.pid = os.getpid()
        output.parent = os.getppid()


class VlanId(ValidationPoint):

    def init(self, init_args):
        (self.semaphore,) = init_args

    @ValidationPoint.validate
    def cb_validate(self, tctx, kp, value, validationpoint):
        with self.semaphore:
            if int(value) in INTERNAL_VLANS:
                raise ValidationError(f"VLAN {value} is for internal use")
        return ncs.CONFD_OK


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        # At most three of the four processes are at work at once.
        self.manager = multiprocessing.Manager()
        semaphore = self.manager.Semaphore(3)
        with semaphore:
            self.log.info("semaphore of process ", os.getpid(), " works")
        init_args = [semaphore]
        self.register_service("vlan-servicepoint", ServiceCallbacks, init_args)
        self.register_action("vlan-trace", Trace, init_args)
        self.register_action("vlan-whoami", WhoAmI, init_args)
        self.register_validation("vlan-id-validation", VlanId, init_args)

    def teardown(self):
        self.manager.shutdown()
        self.log.info("Main FINISHED")
