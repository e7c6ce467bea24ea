/// The members of a JSON object, in the order in which they were written.
///
/// Two objects are equal if they have the same members in any order, as RFC 8259 understands an object. Names are
/// compared as Swift compares strings.
package struct JSONObject: Sendable {
  /// One member: its name and its value.
  package typealias Element = (key: String, value: JSONValue)

  /// From this many members on an index is worth its memory.
  private static let indexThreshold = 16

  private var members: [Element] = []
  /// The places of all members by name; empty below ``indexThreshold``.
  private var index: [String: Int] = [:]

  /// An object without members.
  package init() {}

  /// The names of the members, in order.
  package var keys: some Sequence<String> { members.lazy.map(\.key) }

  /// The value of a member, or `nil` if there is none; a new member goes to the end, `nil` removes one.
  package subscript(_ name: String) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): remove(at: place)
      case (nil, let value?): append(name, value)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member unless there is one of that name.
  ///
  /// - Parameters:
  ///   - name: The member's name.
  ///   - value: The member's value.
  /// - Returns: Whether the member was added.
  package mutating func insertIfAbsent(_ name: String, _ value: JSONValue) -> Bool {
    guard place(of: name) == nil else { return false }
    append(name, value)
    return true
  }

  private func place(of name: String) -> Int? {
    members.count < Self.indexThreshold ? members.firstIndex { $0.key == name } : index[name]
  }

  private mutating func append(_ name: String, _ value: JSONValue) {
    members.append((name, value))
    if members.count == Self.indexThreshold {
      reindex()
    } else if members.count > Self.indexThreshold {
      index[name] = members.count - 1
    }
  }

  private mutating func remove(at place: Int) {
    members.remove(at: place)
    reindex()
  }

  private mutating func reindex() {
    index.removeAll()
    guard members.count >= Self.indexThreshold else { return }
    for (place, member) in members.enumerated() { index[member.key] = place }
  }
}

extension JSONObject: RandomAccessCollection {
  /// The place of the first member.
  package var startIndex: Int { 0 }
  /// The place behind the last member.
  package var endIndex: Int { members.count }
  /// The member at a place.
  package subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: Hashable {
  /// Whether both have the same members, in whatever order.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  /// Feeds the members to `hasher` so that their order does not show.
  package func hash(into hasher: inout Hasher) {
    var combined = 0
    for member in members {
      var one = Hasher()
      one.combine(member.key)
      one.combine(member.value)
      combined ^= one.finalize()
    }
    hasher.combine(combined)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object with the members of a literal; of several members with one name the last one counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }
}
