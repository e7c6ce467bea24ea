import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Navigation from Python` {
  private static let yang = """
    identity shape; identity round { base shape; }
    container top {
      leaf a-leaf.name { type string; }
      leaf class { type string; }
      leaf number { type int16; default 7; }
      leaf flag { type boolean; }
      leaf level { type enumeration { enum low; enum high { value 9; } } }
      leaf price { type decimal64 { fraction-digits 2; } }
      leaf flags { type bits { bit a; bit b; } }
      leaf raw { type binary; }
      leaf shape { type identityref { base shape; } }
      leaf on { type empty; }
      leaf-list tag { type string; }
      container tuned { presence "yes"; leaf depth { type uint8; } }
      choice way { case left { leaf l { type string; } } case right { leaf r { type string; } } }
      list item { key name; leaf name { type string; } leaf note { type string; } }
      list pair { key "x y"; leaf x { type int8; } leaf y { type string; } leaf note { type string; } }
    }
    container state { config false; leaf counter { type uint32; } }
    """

  private static func check(_ code: String) throws {
    let host = try RunningHost(own: [.script(yang: yang)])
    #expect(try host.script(code + "\nresult = 'all of it ran'") == "all of it ran")
    try host.finish()
  }

  @Test func `names are mangled, prefixed and looked up, and leafs of every type are read and written`() throws {
    try Self.check(
      """
      from ncs.error import Error
      top = root.script__top
      assert root.top._path == top._path == "/script:top", top._path
      top.a_leaf_name = "x"
      assert top["a-leaf.name"] == "x" and top.script__a_leaf_name == "x"
      top.script__class = "c"
      assert getattr(top, "class") == "c"
      assert top.number == 7 and top.flag is None
      top.number, top.flag, top.level = "-5", True, "high"
      assert top.number == -5 and top.flag is True
      assert top.level == "high" and top.level.value == 9 and str(top.level) == "high"
      top.level = 0
      assert top.level.string == "low"
      top.price, top.flags, top.raw, top.shape = "1.50", "a b", b"\\x00\\x01", "round"
      assert str(top.price) in ("1.5", "1.50") and str(top.flags) == "a b" and top.raw == b"\\x00\\x01"
      assert top.shape == "script:round"
      assert not top.on
      top.on.create()
      assert top.on and top.on.exists()
      top.on.delete()
      assert not top.on
      for name, bad in [("number", 40000), ("number", "x"), ("level", "middle"), ("price", "1.234"), ("shape", "square")]:
          try:
              setattr(top, name, bad)
          except Error as error:
              assert error.confd_errno == ncs.ERR_BADTYPE, (name, error)
          else:
              raise AssertionError(name)
      try:
          top.no_such_leaf
      except AttributeError:
          pass
      else:
          raise AssertionError("no_such_leaf")
      del top.flag
      assert top.flag is None
      trans.apply()
      with ncs.maapi.single_read_trans("admin", "system") as t:
          again = ncs.maagic.get_root(t).script__top
          assert again.number == -5 and again.a_leaf_name == "x" and again.level == "low"
      """)
  }

  @Test func `lists, leaf-lists, presence containers and choices behave as NSO's`() throws {
    try Self.check(
      """
      top = root.script__top
      item = top.item.create("b c")
      assert item._path == '/script:top/item{"b c"}', item._path
      assert top.item.create("b c").name == "b c" and len(top.item) == 1
      top.item.create("a").note = "n"
      assert [entry.name for entry in top.item] == ["a", "b c"]
      assert "a" in top.item and "z" not in top.item and top.item.exists("a")
      try:
          top.item["z"]
      except KeyError:
          pass
      else:
          raise AssertionError("z")
      assert [str(key) for key in top.item.keys()] == ["{a}", '{"b c"}'], [str(key) for key in top.item.keys()]
      del top.item["a"]
      assert len(top.item) == 1 and bool(top.item)
      pair = top.pair.create(-1, "k")
      pair.note = "p"
      assert top.pair[-1, "k"].note == "p" and top.pair[(-1, "k")].x == -1
      assert pair._path == "/script:top/pair{-1 k}" and pair._parent._path == "/script:top/pair"
      top.tag = ["x", "y"]
      top.tag.create("z")
      top.tag.remove("x")
      assert sorted(top.tag) == ["y", "z"] and "y" in top.tag and len(top.tag) == 2 and top.tag.as_list()
      assert not top.tuned and top.tuned.depth is None
      top.tuned.depth = 3
      assert top.tuned and top.tuned.exists()
      top.tuned.delete()
      assert not top.tuned
      assert top.way is None
      top.l = "left"
      assert str(top.way) == "left"
      top.r = "right"
      assert str(top.way) == "right" and top.l is None
      trans.apply()
      """)
  }

  @Test func `nodes are found by path, and transactions are opened in several ways`() throws {
    try Self.check(
      """
      from ncs.error import Error
      top = root.script__top
      top.item.create("a").note = "n"
      trans.apply()
      maagic = ncs.maagic
      assert maagic.get_node(trans, "/script:top/item{a}").note == "n"
      assert maagic.get_node(trans, "/top/item{a}/note") == "n"
      assert maagic.get_node(top, "item{a}").note == "n"
      assert maagic.cd(root, "/script:top/item{%s}" % "a").name == "a"
      assert maagic.get_trans(top).th == trans.th and maagic.get_maapi(top) is not None
      assert maagic.get_node(trans, kp)._path == "/script:script", str(kp)
      try:
          maagic.get_node(trans, "/script:top/nothing")
      except Exception as error:
          assert "nothing" in str(error), error
      else:
          raise AssertionError("nothing")
      with ncs.maapi.single_write_trans("admin", "system", db=ncs.OPERATIONAL) as t:
          maagic.get_root(t).script__state.counter = 5
          t.apply()
      with ncs.maapi.single_read_trans("admin", "system", db=ncs.OPERATIONAL) as t:
          assert maagic.get_root(t).script__state.counter == 5
      with ncs.maapi.Maapi() as m:
          with ncs.maapi.Session(m, "joe", "python"):
              with m.start_write_trans() as t:
                  maagic.get_root(t).script__top.item.create("b")
                  t.apply()
              with m.start_read_trans() as t:
                  assert t.exists("/script:top/item{b}") and len(maagic.get_root(t).script__top.item) == 2
      with ncs.maapi.single_read_trans("admin", "system") as t:
          try:
              maagic.get_root(t).script__top.number = 1
          except Error as error:
              assert error.confd_errno == ncs.ERR_NOT_WRITABLE, error
          else:
              raise AssertionError("a read transaction wrote")
      """)
  }

  @Test func `a transaction that rests on what has changed gets error 70, and trying again helps`() throws {
    try Self.check(
      """
      from ncs.error import Error
      from ncs.maapi import retry_on_conflict, single_write_trans
      get_root = ncs.maagic.get_root

      def bump():
          with single_write_trans("admin", "system") as t:
              top = get_root(t).script__top
              top.number = top.number + 1
              t.apply()

      top = root.script__top
      seen = top.number
      bump()
      top.a_leaf_name = str(seen)
      try:
          trans.apply()
      except Error as error:
          assert error.confd_errno == 70 and error.confd_errno == ncs.ERR_TRANSACTION_CONFLICT, error
          assert "Conflict detected (70)" in str(error), error
      else:
          raise AssertionError("no conflict")

      attempts = []

      @retry_on_conflict()
      def again():
          with single_write_trans("admin", "system") as t:
              inner = get_root(t).script__top
              value = inner.number
              attempts.append(value)
              if len(attempts) == 1:
                  bump()
              inner.a_leaf_name = str(value)
              t.apply()

      again()
      assert attempts == [8, 9], attempts
      """)
  }

  @Test func `large lists come in pages and large writes go out whole`() throws {
    let host = try RunningHost(own: [.script(yang: Self.yang)])
    let count = try host.script(
      """
      for number in range(3000):
          root.script__top.item.create(f"entry-{number:05}").note = "x" * 40
      trans.apply()
      with ncs.maapi.single_read_trans("admin", "system") as t:
          names = [(entry.name, entry.note) for entry in ncs.maagic.get_root(t).script__top.item]
      assert names == [(f"entry-{number:05}", "x" * 40) for number in range(3000)]
      result = len(names)
      """)
    #expect(count == 3000)
    #expect(try host.get("/script:top/item")["script:top"]?["item"]?.array?.count == 3000)
    try host.finish()
  }

  @Test func `what does not work yet is named at the call, not at the import`() throws {
    try Self.check(
      """
      import ncs.alarm, ncs.experimental, ncs.progress, ncs.service_log, ncs.upgrade, ncs.util
      import _ncs.cdb, _ncs.dp, _ncs.error, _ncs.events, _ncs.ha, _ncs.maapi
      from ncs.application import Application, NanoService, PlanComponent, Service, get_device, get_ned_id
      from ncs.dp import Action, Daemon, StateManager, TransactionCallback, ValidationError, ValidationPoint
      from ncs.template import Template, Variables
      from ncs.cdb import OperSubscriber, Subscriber, TwoPhaseSubscriber
      try:
          Daemon("d").start()
      except Exception as error:
          assert "Daemon" in str(error), error
      else:
          raise AssertionError("Daemon")
      """)
  }
}
