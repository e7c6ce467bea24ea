# -*- mode: python; python-indent: 4 -*-
import ncs
from ncs.application import NanoService

MEMORY = {"small": 1024, "large": 8192}


class RequestMachine(NanoService):

    @NanoService.create
    def cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist):
        self.log.info("Nano create(service=", service._path, ", component=", component, ", state=", state, ")")
        machine = root.vr__vm_instance.create(service.name)
        machine.memory = MEMORY[str(service.size)]
        return proplist + [("requested-as", str(service.size))]

    @NanoService.delete
    def cb_nano_delete(self, tctx, root, service, plan, component, state, proplist, compproplist):
        self.log.info("Nano delete(service=", service._path, ", component=", component, ", state=", state, ")")
        root.vr__vm_released.create(service.name)


class ConfigureMachine(NanoService):

    @NanoService.create
    def cb_nano_create(self, tctx, root, service, plan, component, state, proplist, compproplist):
        self.log.info("Nano create(service=", service._path, ", component=", component, ", state=", state, ")")
        size = dict(proplist)["requested-as"]
        root.vr__vm_instance[service.name].boot_image = f"vrouter-{size}.qcow2"


class Main(ncs.application.Application):

    def setup(self):
        self.log.info("Main RUNNING")
        self.register_nano_service("vrouter-servicepoint", "vr:vrouter", "vr:vm-requested", RequestMachine)
        self.register_nano_service("vrouter-servicepoint", "vr:vrouter", "vr:vm-configured", ConfigureMachine)

    def teardown(self):
        self.log.info("Main FINISHED")
