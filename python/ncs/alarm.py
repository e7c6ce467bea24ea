"""Raising and clearing alarms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from _ncs._tables import NCS as _C
from _ncs._unsupported import unsupported
from _ncs._values import Value

raise_alarm = unsupported("ncs.alarm.raise_alarm")
clear_alarm = unsupported("ncs.alarm.clear_alarm")


def managed_object_string(strval: str) -> Value:
    """Return a managed object that is a string."""
    return Value(str(strval))


def managed_object_oid(oidval: str) -> Value:
    """Return a managed object that is an object identifier."""
    return Value(str(oidval), _C["C_OID"])


def managed_object_instance(instanceval: Any) -> Value:
    """Return a managed object that is a node of the data."""
    return Value(str(instanceval), _C["C_OBJECTREF"])


@dataclass(frozen=True)
class AlarmId:
    """What makes an alarm the same alarm."""

    alarm_type: str
    managed_device: str
    managed_object: Value
    specific_problem: Optional[str] = None


@dataclass
class CustomAttribute:
    """A leaf that a module adds to alarms."""

    prefix: str
    tag: str
    value: Any


class CustomStatusAttribute(CustomAttribute):
    """A leaf that a module adds to an alarm's status changes."""


@dataclass
class Alarm:
    """An alarm."""

    managed_device: str
    managed_object: Value
    alarm_type: str
    specific_problem: Optional[str]
    severity: Any
    alarm_text: str
    impacted_objects: Optional[list] = None
    related_alarms: Optional[list[AlarmId]] = None
    root_cause_objects: Optional[list] = None
    time_stamp: Any = None
    custom_attributes: Optional[list[CustomAttribute]] = None
    status_attributes: list[CustomStatusAttribute] = field(default_factory=list)

    def alarm_id(self) -> AlarmId:
        """Return what makes this the same alarm as another."""
        return AlarmId(self.alarm_type, self.managed_device, self.managed_object, self.specific_problem)

    @property
    def key(self) -> tuple:
        """The key of the alarm's list entry."""
        return (self.managed_device, str(self.managed_object), self.alarm_type, self.specific_problem or "")

    def get_key(self) -> tuple:
        """Return the key of the alarm's list entry."""
        return self.key

    def add_attribute(self, prefix: str, tag: str, value: Any) -> None:
        """Add or change a leaf that a module adds."""
        self.custom_attributes = _put(self.custom_attributes or [], CustomAttribute(prefix, tag, value))

    def add_status_attribute(self, prefix: str, tag: str, value: Any) -> None:
        """Add or change a leaf that a module adds to status changes."""
        self.status_attributes = _put(self.status_attributes, CustomStatusAttribute(prefix, tag, value))


def _put(attributes: list, attribute: CustomAttribute) -> list:
    return [a for a in attributes if (a.prefix, a.tag) != (attribute.prefix, attribute.tag)] + [attribute]
