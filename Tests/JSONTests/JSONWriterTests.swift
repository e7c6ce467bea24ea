import JSON
import Testing

@Suite struct `JSON writer` {
  @Test func `commas and colons come by themselves`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("id")
    writer.int(17)
    writer.key("list")
    writer.beginArray()
    writer.string("a")
    writer.beginObject()
    writer.endObject()
    writer.bool(true)
    writer.null()
    writer.double(0.5)
    writer.endArray()
    writer.key("raw")
    writer.raw(#"{"x":1}"#.utf8)
    writer.key("value")
    writer.value(["y": [nil]])
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"id":17,"list":["a",{},true,null,0.5],"raw":{"x":1},"value":{"y":[null]}}"#)
  }

  @Test func `text is appended to what the buffer holds`() {
    var bytes = Array("head ".utf8)
    JSONValue.array([1]).write(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "head [1]")
    let writer = JSONWriter(appendingTo: bytes)
    #expect(writer.bytes == bytes)
  }

  @Test func `quotes, backslashes and control characters are escaped, all else stands as it is`() {
    let text = "\"\\/\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}\u{E9}\u{2028}\u{1F600}"
    #expect(
      JSONValue.string(text).text == #""\"\\/\b\t\n\f\r\u0000\u001f"# + "\u{7F}\u{E9}\u{2028}\u{1F600}\"")
  }

  @Test func `integers of every width are written`() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.int(Int.min)
    writer.int(UInt64.max)
    writer.int(-1)
    writer.int(0)
    writer.endArray()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[-9223372036854775808,18446744073709551615,-1,0]")
  }

  @Test func `a number that is not finite becomes null`() {
    #expect(JSONValue.array([.double(.nan), .double(.infinity), .double(1)]).text == "[null,null,1.0]")
  }

  @Test func `pretty text has a member or an element a line`() {
    let value: JSONValue = ["a": [1, [:], []], "b": ["c": "d", "e": nil]]
    #expect(
      value.pretty() == """
        {
          "a": [
            1,
            {},
            []
          ],
          "b": {
            "c": "d",
            "e": null
          }
        }
        """)
  }
}
