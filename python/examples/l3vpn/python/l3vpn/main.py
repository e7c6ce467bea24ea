# -*- mode: python; python-indent: 4 -*-
import ncs
from ncs.application import Service
from ncs.dp import Action, ValidationError, ValidationPoint

from l3vpn import sites

OPERATIONS = {
    ncs.dp.NCS_SERVICE_CREATE: "create",
    ncs.dp.NCS_SERVICE_UPDATE: "update",
    ncs.dp.NCS_SERVICE_DELETE: "delete",
}

# RFC 7607, RFC 6793 and RFC 7300 keep these from being used.
RESERVED_AS_NUMBERS = ("0", "23456", "65535", "4294967295")


class ServiceCallbacks(Service):

    @Service.pre_modification
    def cb_pre_modification(self, tctx, op, kp, root, proplist):
        self.log.info("Service premod(service=", kp, ", operation=", OPERATIONS[op], ")")
        properties = dict(proplist)
        properties["operation"] = OPERATIONS[op]
        return list(properties.items())

    @Service.create
    def cb_create(self, tctx, root, service, proplist):
        self.log.info("Service create(service=", service._path, ")")
        for endpoint in service.endpoint:
            device = root.devices.device[endpoint.ce_device]
            sites.configure(device.config, service, endpoint)
        properties = dict(proplist)
        properties["runs"] = str(int(properties.get("runs", "0")) + 1)
        return list(properties.items())

    @Service.post_modification
    def cb_post_modification(self, tctx, op, kp, root, proplist):
        runs = dict(proplist).get("runs", "0")
        self.log.info("Service postmod(service=", kp, ", operation=", OPERATIONS[op], ", runs=", runs, ")")


class AsNumber(ValidationPoint):

    @ValidationPoint.validate
    def cb_validate(self, tctx, kp, value, validationpoint):
        self.log.debug("Validate(", kp, "=", value, ")")
        if str(value) in RESERVED_AS_NUMBERS:
            raise ValidationError("AS number " + str(value) + " is reserved")
        return ncs.CONFD_OK


class Check(Action):

    @Action.action
    def cb_action(self, uinfo, name, kp, input, output, trans):
        self.log.info(uinfo.username, " checks ", kp)
        root = ncs.maagic.get_root(trans)
        service = ncs.maagic.cd(root, kp)
        for endpoint in service.endpoint:
            device = root.devices.device[endpoint.ce_device]
            reason = sites.deviation(device.config, endpoint)
            if reason:
                deviation = output.deviation.create(endpoint.id)
                deviation.reason = reason
        output.in_sync = len(output.deviation) == 0


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        self.register_service("l3vpn-servicepoint", ServiceCallbacks)
        self.register_validation("l3vpn-as-number", AsNumber)
        self.register_action("l3vpn-check", Check)

    def teardown(self):
        self.log.info("Main FINISHED")
