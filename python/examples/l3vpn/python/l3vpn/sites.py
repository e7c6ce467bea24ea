# -*- mode: python; python-indent: 4 -*-
"""What a site of a VPN needs on its customer edge router."""
import ipaddress

CORE_AS_NUMBER = 65000

# Rates in kbit/s that the line cards cannot police.
IMPOSSIBLE_RATES = {666: "the line card has no bucket of that size"}


def ce_address(endpoint):
    """The router's own address in the site's network: the first one."""
    network = ipaddress.IPv4Network(endpoint.ip_network)
    return network.network_address + 1, network.prefixlen


def policer_rate(bandwidth):
    """The rate that the router is told, in steps of 8 kbit/s."""
    if bandwidth in IMPOSSIBLE_RATES:
        raise ValueError(f"no policer for {bandwidth} kbit/s: {IMPOSSIBLE_RATES[bandwidth]}")
    return -(-bandwidth // 8) * 8


def configure(config, service, endpoint):
    """Write the site's interface, its VRF and its routing."""
    address, prefix_length = ce_address(endpoint)

    vrf = config.r__routing.vrf.create(service.name)
    vrf.route_distinguisher = f"{service.as_number}:1"

    interface = config.r__interfaces.interface.create(endpoint.ce_interface)
    interface.description = f"{service.name}/{endpoint.id}"
    interface.vrf = service.name
    interface.ipv4.address = address
    interface.ipv4.prefix_length = prefix_length
    interface.policer.create()
    interface.policer.rate = policer_rate(endpoint.bandwidth)

    neighbor = config.r__routing.bgp.neighbor.create("192.0.2.1")
    neighbor.remote_as = CORE_AS_NUMBER
    neighbor.address_family = ["ipv4-unicast", "vpnv4-unicast"]


def deviation(config, endpoint):
    """What is wrong with the site's interface, or None."""
    interfaces = config.r__interfaces.interface
    if endpoint.ce_interface not in interfaces:
        return "there is no interface " + endpoint.ce_interface
    interface = interfaces[endpoint.ce_interface]
    address, _ = ce_address(endpoint)
    if interface.ipv4.address != str(address):
        return f"its address is {interface.ipv4.address}, not {address}"
    if not interface.enabled:
        return "it is shut down"
    return None
