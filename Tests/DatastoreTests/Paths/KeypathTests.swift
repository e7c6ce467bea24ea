import Datastore
import TestSupport
import Testing
import Yang

@Suite struct `Keypaths` {
  @Test(arguments: [
    "/", "/st:top", "/st:top/name", "/st:top/ot:name", "/st:top/ot:extra/z", "/st:top/item{7}", "/st:top/item{7}/label",
    "/st:top/item{7}/sub{a -3}/v", "/st:top/item{7}/sub{\"a b\" -3}", "/st:top/rule{\"\"}", "/st:top/rule{\"{x}\"}",
    "/st:top/rule{\"say \\\"hi\\\"\"}", "/st:top/rule{\"back\\\\slash\"}", "/st:top/tags{4}", "/st:top/tags",
    "/st:top/item", "/st:top/item{7}/reset", "/st:restart", "/ot:top/q", "/st:top/tcp-port",
    "/st:top/item{7}/colours{st:red}",
    "/st:top/rule{grüß}", "/st:top/rule{a/b}",
  ]) func `are printed as they were read`(_ text: String) throws {
    #expect(try Fixture.path(text).text(in: Fixture.index) == text)
  }

  @Test(arguments: [
    ("/store:top/name", "/st:top/name"), ("/st:top/store:name", "/st:top/name"),
    ("/st:top/other:name", "/st:top/ot:name"), ("/st:top/extra/ot:z", "/st:top/ot:extra/z"),
    ("/st:top/item{ 007 }", "/st:top/item{7}"), ("/st:top/item{\"7\"}", "/st:top/item{7}"),
    ("/st:top/item{7}/sub{a   +3}", "/st:top/item{7}/sub{a 3}"), ("/svc{x}", "/st:svc{x}"),
    ("/st:top/item{7}/colours{red}", "/st:top/item{7}/colours{st:red}"),
    ("/st:top/item{7}/colours{store:red}", "/st:top/item{7}/colours{st:red}"),
  ]) func `have one form`(_ text: String, _ canonical: String) throws {
    #expect(try Fixture.path(text).text(in: Fixture.index) == canonical)
    #expect(try Fixture.path(text) == Fixture.path(canonical))
  }

  @Test(arguments: [
    ("", "a path begins with /"), ("st:top", "a path begins with /"),
    ("/st:top/", "there is an element without a name"),
    ("/st:top//name", "there is an element without a name"), ("/:top", "there is an element without a name"),
    ("/st:top/nam", "there is no nam below top"), ("/xx:top", "there is no module or prefix xx for xx:top"),
    ("/top", "top may be store:top or other:top"), ("/st:nothing", "there is no st:nothing below the top"),
    ("/st:top/item{7", "the keys of item have no closing brace"),
    ("/st:top/rule{\"a", "a key of rule has no closing quote"),
    ("/st:top/rule{\"a\"b}", "expected a blank or a closing brace behind a quoted key of rule"),
    ("/st:top/rule{a{b}", "a key of rule with a quote, a brace or a backslash needs double quotes around it"),
    ("/st:top/item{7}x", "expected / after the key"), ("/st:top/item{}", "item needs one key, not 0"),
    ("/st:top/item{7}/sub{a}", "sub needs 2 keys, not 1"),
    ("/st:top/item/label", "item is a list and needs one key here"),
    ("/st:top/name{x}", "name is a leaf and has no keys"), ("/st:top{x}", "top is a container and has no keys"),
    ("/st:top/name/x", "there is no x below name"), ("/st:top/transport", "there is no transport below top"),
  ]) func `name what is wrong with them`(_ text: String, _ reason: String) {
    #expect {
      _ = try Fixture.path(text)
    } throws: { error in
      (error as? DataError)?.kind == .invalidPath && (error as? DataError)?.reason == reason
    }
  }

  @Test func `say which key is of the wrong type`() {
    #expect {
      _ = try Fixture.path("/st:top/item{70000}")
    } throws: { error in
      "\(error)" == #"/st:top/item{70000}: key of item: "70000" is not a valid uint16: out of range 0..65535"#
        && (error as? DataError)?.kind == .invalidValue
    }
  }

  @Test func `of schema nodes need no keys`() throws {
    let path = try Keypath("/st:top/item/sub/v", in: Fixture.index, form: .template)
    #expect(Fixture.index[path.node].name == "v")
    #expect(path.text(in: Fixture.index) == "/st:top/item/sub/v")
  }

  @Test func `print the module's name where a prefix is not clear`() throws {
    func module(_ name: String, _ prefix: String) -> String {
      "module \(name) { namespace \"urn:\(name)\"; prefix \(prefix); container \(name)-box { leaf v { type string; } } }"
    }
    let index = try Fixture.compile([
      "a.yang": module("a", "p"), "b.yang": module("b", "p"), "c.yang": module("c", "a"),
    ])
    for text in ["/a:a-box/v", "/b:b-box/v", "/c:c-box/v"] {
      #expect(try Keypath(text, in: index).text(in: index) == text)
    }
    #expect(try Keypath("/p:b-box", in: index).text(in: index) == "/b:b-box")
  }

  @Test(arguments: Fuzz.seeds(20)) func `any keys survive printing and reading`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("ab {}\"\\/é:'\n\t[]=1")
    for _ in 0..<50 {
      let key = String(
        (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
      let rule = try Fixture.path("/st:top/rule")
      let path = rule.parent.appending(rule.node, keys: [.string(key)])
      #expect(try Fixture.path(path.text(in: Fixture.index)) == path)
    }
  }
}
