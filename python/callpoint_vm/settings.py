"""Settings that change while everything runs."""

from __future__ import annotations

from callpoint_vm import api, logs
from callpoint_vm.wire import Message


def apply(settings: Message) -> None:
    """Makes the settings that are given count in this process, from now on."""
    if "level" in settings:
        logs.set_level(settings["level"])
    if "selfAssignWarning" in settings:
        api.set_self_assign_warning(settings["selfAssignWarning"])
