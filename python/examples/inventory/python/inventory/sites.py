# -*- mode: python; python-indent: 4 -*-
"""Questions to the inventory that other packages ask."""


def devices_in(root, region=None):
    """The names of the devices in a region, or of all devices, each with its site."""
    for site in root.inv__inventory.site:
        if region in (None, site.region):
            for device in site.device:
                yield device, site.name
