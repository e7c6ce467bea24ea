"""Writing to the log of a service instance."""

from __future__ import annotations

from typing import Any

from _ncs._unsupported import unsupported


class ServiceLog:
    """Writes entries to the log of a service."""

    def __init__(self, node_or_maapi: Any) -> None:
        self._source = node_or_maapi

    debug = unsupported("ncs.service_log.ServiceLog.debug")
    error = unsupported("ncs.service_log.ServiceLog.error")
    info = unsupported("ncs.service_log.ServiceLog.info")
    trace = unsupported("ncs.service_log.ServiceLog.trace")
    warn = unsupported("ncs.service_log.ServiceLog.warn")
