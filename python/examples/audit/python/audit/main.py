# -*- mode: python; python-indent: 4 -*-
import ncs
from ncs.dp import Action

from inventory import sites


class Run(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output, trans):
        root = ncs.maagic.get_root(trans)
        for device, site in sites.devices_in(root, input.region):
            self.log.info("auditing ", device, " at ", site)
            interfaces = root.devices.device[device].config.r__interfaces.interface
            report = output.device.create(device)
            report.site = site
            report.interfaces = len(interfaces)
            report.without_description = [i.name for i in interfaces if not i.description]


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        self.register_action("audit-run", Run)

    def teardown(self):
        self.log.info("Main FINISHED")
