"""Commit parameters: what a commit shall do besides."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Callable

from _ncs._unsupported import refuse


class DryRunOutformat(IntEnum):
    """How a dry run shows its result."""

    XML = 1
    CLI = 2
    NATIVE = 3
    CLI_C = 4


class NoOverwriteScope(IntEnum):
    """What must not have changed on a device."""

    WRITE_SET_ONLY = 1
    WRITE_AND_FULL_READ_SET = 2
    WRITE_AND_SERVICE_READ_SET = 3


class ConfirmNetworkStateMode(IntEnum):
    """How the state of the network is confirmed."""

    RE_EVALUATE_POLICIES = 1
    RE_DEPLOY_ALL = 2


class ConfirmNetworkStateScope(IntEnum):
    """Which part of the network's state is confirmed."""

    WRITE_SET_ONLY = 1
    WRITE_AND_SERVICE_READ_SET = 2


class TemplateTypes(IntEnum):
    """Kinds of templates."""

    DEVICE_TEMPLATE = 0
    SERVICE_TEMPLATE = 1
    COMPLIANCE_TEMPLATE = 2


class CommitParams:
    """Parameters of one commit; each is set by the method of its name and asked for by `is_` or `get_`."""

    def __init__(self, result: Any = None) -> None:
        self._set: dict[str, Any] = {}

    def set_dry_run_outformat(self, outformat: int) -> None:
        """Ask for a dry run with this format."""
        self._set["dry_run"] = DryRunOutformat(outformat)

    def get_dry_run_outformat(self) -> Any:
        """Return the format of the dry run, or `None`."""
        return self._set.get("dry_run")

    def is_dry_run(self) -> bool:
        """Return whether nothing shall be changed."""
        return "dry_run" in self._set

    def is_dry_run_reverse(self) -> bool:
        """Return whether the dry run shows how to go back."""
        return bool(self._set.get("reverse"))

    def commit_queue_sync(self, timeout: Any = None) -> None:
        """Commit through the queue and wait."""
        self._set["commit_queue_sync"] = True
        self._set["commit_queue_sync_timeout"] = timeout

    def get_commit_queue_sync_timeout(self) -> Any:
        """Return how long to wait for the queue."""
        return self._set.get("commit_queue_sync_timeout")

    def no_overwrite(self, scope: int) -> None:
        """Refuse to overwrite what changed on devices."""
        self._set["no_overwrite"] = NoOverwriteScope(scope)

    def get_no_overwrite_scope(self) -> Any:
        """Return the scope of `no_overwrite`."""
        return self._set.get("no_overwrite")

    def get_tagvalues(self) -> list:
        """Return the parameters as a flattened tree."""
        refuse("CommitParams.get_tagvalues()")

    @property
    def root(self) -> Any:
        """The parameters as a tree."""
        refuse("CommitParams.root")


def _flag(name: str) -> tuple[Callable, Callable]:
    def set_flag(self: CommitParams) -> None:
        self._set[name] = True

    def is_set(self: CommitParams) -> bool:
        return name in self._set

    return set_flag, is_set


def _valued(name: str) -> tuple[Callable, Callable]:
    def set_value(self: CommitParams, value: Any) -> None:
        self._set[name] = value

    def get_value(self: CommitParams) -> Any:
        return self._set.get(name)

    return set_value, get_value


def _dry_run(outformat: DryRunOutformat, reverse: bool) -> Callable:
    def ask(self: CommitParams) -> None:
        self._set["dry_run"] = outformat
        self._set["reverse"] = reverse

    return ask


_FLAGS = """
    commit_queue_async commit_queue_atomic commit_queue_block_others commit_queue_bypass commit_queue_lock
    commit_queue_non_atomic confirm_network_state confirm_network_state_re_deploy_all
    confirm_network_state_re_evaluate_policies no_deploy no_lsa no_networking no_out_of_sync_check
    no_revision_drop reconcile_attach_non_service_config reconcile_detach_non_service_config
    reconcile_discard_non_service_config reconcile_keep_non_service_config use_lsa with_service_meta_data
    commit_queue_sync no_overwrite""".split()
_VALUED = """
    comment label trace_id commit_queue_error_option confirm_network_state_mode confirm_network_state_scope""".split()
_DRY_RUNS = {
    "xml": (DryRunOutformat.XML, False),
    "cli": (DryRunOutformat.CLI, False),
    "cli_c": (DryRunOutformat.CLI_C, False),
    "cli_c_reverse": (DryRunOutformat.CLI_C, True),
    "native": (DryRunOutformat.NATIVE, False),
    "native_reverse": (DryRunOutformat.NATIVE, True),
}


def _add_methods() -> None:
    for name in _FLAGS:
        setter, getter = _flag(name)
        if not hasattr(CommitParams, name):
            setattr(CommitParams, name, setter)
        setattr(CommitParams, f"is_{name}", getter)
    for name in _VALUED:
        setter, getter = _valued(name)
        setattr(CommitParams, name, setter)
        setattr(CommitParams, f"get_{name}", getter)
    for name in ("include", "exclude"):
        setattr(CommitParams, f"set_reconcile_{name}_paths", _valued(f"reconcile_{name}_paths")[0])
    for suffix, (outformat, reverse) in _DRY_RUNS.items():
        setattr(CommitParams, f"dry_run_{suffix}", _dry_run(outformat, reverse))


_add_methods()
