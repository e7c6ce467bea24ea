from __future__ import annotations

import importlib
import subprocess
import sys
import unittest
from pathlib import Path

import _ncs
import ncs
from _ncs.error import Error

from .callbacks import Lines
from .example import example_host

NAMES = """
ncs.application Application Service NanoService PlanComponent get_ned_id get_device
ncs.dp Action Daemon ValidationPoint ValidationError TransactionCallback StateManager TransValidateCallback _tm
ncs.dp take_worker_socket return_worker_socket action_set_timeout register_data_cb NCS_SERVICE_DELETE
_ncs maapi dp cdb error events ha decrypt stream_connect TransCtxRef OPERATIONAL Value TagValue XmlTag HKeypathRef
_ncs UserInfo DateTime CsNode hash2str str2hash ns2prefix get_nslist cs_node_cd find_cs_root xpath_pp_kpath
_ncs hkp_tagmatch pp_kpath
_ncs.deprecated maapi
_ncs.deprecated.maapi connect
_ncs.events read_notification NOTIF_AUDIT
_ncs.ha beprimary
_ncs.cdb connect start_session2 mandatory_subscriber LOCK_WAIT
ncs.maagic Root Node Container PresenceContainer ListElement List LeafList NonEmptyLeaf EmptyLeaf Choice Case
ncs.maagic ActionParams Action Enum Bits Empty BackendError MaagicError Leaf cd get_root get_node get_trans get_maapi
ncs.maagic as_pyval get_node_path get_memory_node get_memory_root get_tagvalues set_memory_tree set_values_xml
ncs.maagic shared_set_memory_tree shared_set_values_xml _TransactionBackend _MaapiBackend NODE_NAME_FULL
ncs.maapi Maapi Session Transaction Key CommitParams single_read_trans single_write_trans retry_on_conflict connect
ncs.maapi DryRunOutformat NoOverwriteScope TemplateTypes CONFIG_MERGE COMMIT_NCS_NO_NETWORKING MOVE_FIRST
ncs.template Template Variables
ncs.log Log ParentProcessLogHandler init_logging
ncs.cdb Subscriber OperSubscriber TwoPhaseSubscriber RUNNING LOCK_SESSION connect
ncs.experimental Subscriber OperSubscriber Query DataCallbacks
ncs.upgrade Upgrade
ncs.util get_callpoint_model is_multiprocessing mk_yang_date_and_time with_setattr_check get_setattr_fun
ncs.alarm Alarm AlarmId raise_alarm clear_alarm managed_object_string managed_object_instance
ncs.progress Span EmptySpan conv_links
ncs.service_log ServiceLog
ncs.error Error EOF
ncs.events notifications_connect
ncs.ha besecondary
ncs.tm TM
ncs maapi maagic template log cdb error events ha util upgrade alarm progress service_log experimental dp application
ncs Value TagValue XmlTag HKeypathRef TransCtxRef UserInfo OPERATIONAL RUNNING ITER_RECURSE MOP_CREATED CONFD_OK
ncs decrypt ERR_NOT_WRITABLE NCS_PORT PORT ADDR C_ENUM_HASH
"""


class TheSurface(unittest.TestCase):
    def test_every_name_that_packages_import_is_there(self) -> None:
        for line in NAMES.strip().splitlines():
            module, *names = line.split()
            for name in names:
                with self.subTest(f"{module}.{name}"):
                    self.assertTrue(hasattr(importlib.import_module(module), name))

    def test_constants_have_their_values(self) -> None:
        for value, expected in [
            (ncs.OPERATIONAL, 4), (ncs.RUNNING, 2), (ncs.MOP_CREATED, 1), (ncs.ITER_RECURSE, 2), (ncs.C_BUF, 5),
            (ncs.CONFD_ERR, -1), (ncs.ERR_NOT_WRITABLE, 4), (ncs.READ_WRITE, 2), (ncs.cdb.RUNNING, 1),
            (ncs.dp.NCS_SERVICE_UPDATE, 1), (ncs.maapi.CONFIG_CDB_ONLY, 4194304), (ncs.PATH, "/tmp/nso/nso-ipc"),
            (_ncs.maapi.COMMIT_NCS_NO_NETWORKING, 16), (ncs.LIB_VSN_STR, "08070000"), (ncs.PORT, None),
            (ncs.ATTR_BACKPOINTER, 2147483651), (ncs.cdb.SUB_RUNNING_TWOPHASE, 2), (ncs.maapi.MOVE_LAST, 4),
            (_ncs.dp.COMPLETION, 0), (_ncs.QUERY_TAG_VALUE, 3), (_ncs.VALIDATION_WARN, -3),
        ]:  # fmt: skip
            self.assertEqual(value, expected)

    def test_what_is_missing_says_its_name_when_it_is_called(self) -> None:
        for function, name in [
            (_ncs.decrypt, "_ncs.decrypt"),
            (ncs.decrypt, "_ncs.decrypt"),
            (_ncs.stream_connect, "_ncs.stream_connect"),
            (ncs.dp.register_data_cb, "_ncs.dp.register_data_cb"),
            (ncs.maapi.load_config, "_ncs.maapi.load_config"),
            (ncs.cdb.connect, "_ncs.cdb.connect"),
            (ncs.alarm.raise_alarm, "ncs.alarm.raise_alarm"),
            (ncs.dp.take_worker_socket, "ncs.dp.take_worker_socket"),
            (ncs.service_log.ServiceLog(None).info, "ncs.service_log.ServiceLog.info"),
            (ncs.maapi.Maapi().install_crypto_keys, "Maapi.install_crypto_keys"),
        ]:
            with self.subTest(name), self.assertRaises(Error) as caught:
                function(1, 2)
            self.assertEqual(caught.exception.confd_errno, ncs.ERR_NOT_IMPLEMENTED)
            self.assertIn(f"{name}() is not supported", str(caught.exception))

    def test_what_does_not_exist_is_an_attribute_error(self) -> None:
        for module in (ncs, _ncs, ncs.maapi, ncs.dp, ncs.cdb, ncs.events, _ncs.maapi):
            self.assertFalse(hasattr(module, "no_such_name"))

    def test_either_module_may_be_imported_first(self) -> None:
        python = str(Path(ncs.__file__).parents[1])
        for code in ("import _ncs, ncs", "import ncs", "from _ncs import maapi, dp", "import _ncs.deprecated.maapi"):
            subprocess.run([sys.executable, "-W", "error", "-c", code], env={"PYTHONPATH": python}, check=True)


class Errors(unittest.TestCase):
    def test_the_text_names_kind_number_and_cause(self) -> None:
        error = Error("/a: no", 5)
        self.assertEqual(str(error), "item has a bad/wrong type (5): /a: no")
        self.assertEqual(
            (error.confd_errno, error.confd_strerror, error.confd_lasterr), (5, "item has a bad/wrong type", "/a: no")
        )
        self.assertEqual(str(Error("x", 66)), "Unknown error (66): x")
        self.assertEqual(str(Error("just this")), "just this")


class Subscribers(unittest.TestCase):
    def test_one_can_be_made_registered_started_and_stopped(self) -> None:
        class Mine(ncs.cdb.Subscriber):
            def init(self) -> None:
                self.number = self.register("/vpn", priority=5)

        subscriber = Mine()
        self.assertEqual((subscriber.number, subscriber.register("/motto", iter_obj=object())), (1, 2))
        subscriber.start()
        subscriber.stop()
        subscriber.join()
        self.assertEqual(ncs.cdb.TwoPhaseSubscriber("two").name, "two")
        self.assertEqual(ncs.cdb.OperSubscriber().subtype, ncs.cdb.SUB_OPERATIONAL)

    def test_a_started_one_says_that_it_gets_nothing(self) -> None:
        lines = Lines()
        subscriber = ncs.cdb.TwoPhaseSubscriber("two", log=lines)
        _ncs.cdb.mandatory_subscriber(subscriber.sock, subscriber.name)
        subscriber.register("/vpn")
        subscriber.start()
        self.assertEqual(
            lines.at("warning"), ["subscriber two: changes to /vpn are not delivered by Callpoint yet"]
        )

    def test_what_it_would_do_with_the_socket_is_named_as_missing(self) -> None:
        with self.assertRaises(Error):
            _ncs.cdb.read_subscription_socket(ncs.cdb.Subscriber().sock)


class TheSchemaByHash(unittest.TestCase):
    def setUp(self) -> None:
        example_host()

    def test_names_and_hashes(self) -> None:
        number = _ncs.str2hash("l3vpn")
        self.assertGreater(number, 0)
        self.assertEqual(_ncs.hash2str(number), "l3vpn")
        self.assertEqual((_ncs.str2hash("not-there"), _ncs.hash2str(1)), (0, None))
        space = _ncs.str2hash("http://example.com/vpn")
        self.assertEqual(_ncs.ns2prefix(space), "v")
        self.assertIn((space, "v", "http://example.com/vpn", "2024-01-01", "vpn"), _ncs.get_nslist())
        self.assertEqual(str(_ncs.XmlTag(space, number)), "l3vpn")

    def test_nodes(self) -> None:
        node = _ncs.cs_node_cd(None, "/vpn/l3vpn")
        self.assertTrue(node.is_list() and not node.is_leaf() and node.has_servicepoint())
        self.assertEqual(node.info().keys(), [_ncs.str2hash("name")])
        child = node.children()
        self.assertTrue(child.is_key() and child.is_leaf() and child.parent() == node)
        self.assertEqual(child.next().tag(), _ncs.str2hash("vlan-id"))
        self.assertIsNone(_ncs.cs_node_cd(None, "/nothing"))
        enabled = _ncs.cs_node_cd(node, "enabled")
        self.assertIs(enabled.info().defval().as_pyval(), True)
        self.assertEqual(_ncs.find_cs_root(_ncs.str2hash("http://example.com/vpn")).tag(), _ncs.str2hash("vpn"))
        self.assertEqual(ncs.Value.str2val("7", enabled.next().next() and node.children().next()), 7)
