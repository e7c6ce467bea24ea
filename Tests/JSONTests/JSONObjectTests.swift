import JSON
import Testing

@Suite struct `JSON object` {
  @Test(arguments: [0, 1, 15, 16, 17, 200])
  func `members are found, replaced and removed at every size`(count: Int) {
    var object = JSONObject()
    for number in 0..<count { object["k\(number)"] = JSONValue(number) }
    #expect(object.count == count)
    #expect(object["none"] == nil)
    for number in 0..<count { #expect(object["k\(number)"] == JSONValue(number)) }
    for number in 0..<count { object["k\(number)"] = .string("\(number)") }
    #expect(object.map(\.key) == (0..<count).map { "k\($0)" })
    for number in stride(from: 0, to: count, by: 2) { object["k\(number)"] = nil }
    for number in 0..<count { #expect(object["k\(number)"] == (number % 2 == 0 ? nil : .string("\(number)"))) }
  }

  @Test func `the order of the members does not matter for equality`() {
    let one: JSONValue = ["a": 1, "b": [2]]
    let other: JSONValue = ["b": [2], "a": 1]
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(one != ["a": 1, "b": [3]])
    #expect(one != ["a": 1])
  }

  @Test func `a member is added once`() {
    var object: JSONObject = ["a": 1]
    let answers = [object.insertIfAbsent("a", 2), object.insertIfAbsent("b", 2)]
    #expect(answers == [false, true])
    #expect(object == ["a": 1, "b": 2])
  }
}
