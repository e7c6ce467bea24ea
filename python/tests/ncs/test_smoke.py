import unittest
from ncs import maagic
from .example import example_host, write_trans, vpn_tree
class Smoke(unittest.TestCase):
    def test_it(self):
        host = example_host(vpn_tree(vlan_id=5))
        with write_trans() as t:
            root = maagic.get_root(t)
            svc = root.vpn.l3vpn['acme']
            self.assertEqual(svc.vlan_id, 5)
            self.assertEqual(svc.enabled, True)
            svc.endpoint.create('ce0', 1).address = '10.0.0.1'
            d = root.devices.device.create('ex0')
            d.config.v__interface.create('Gi', 3).description = 'hello'
            self.assertEqual(d.config.interface['Gi', 3].description, 'hello')
            t.apply()
