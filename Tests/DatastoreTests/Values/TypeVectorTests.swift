import Datastore
import Foundation
import JSON
import Testing
import Yang

/// One case of `Tests/Vectors/types`, with the type it is about.
struct TypeVector: Sendable, CustomTestStringConvertible {
  let file: String
  let typeForm: JSONValue
  let type: ValueType
  let input: JSONValue
  let canonical: String?
  let json: JSONValue?

  var testDescription: String { "\(file) \(typeForm.text.prefix(60)): \(input.text)" }

  /// Every case, or none if they cannot be read, which the first test reports.
  static let read: [TypeVector] = (try? all()) ?? []

  /// Every case of every file.
  static func all() throws -> [TypeVector] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/types")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".json") }
    return try files.sorted().flatMap { file in
      try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: file)))).array.flatMap { groups in
        try groups.flatMap { try vectors(in: $0, of: file) }
      } ?? []
    }
  }

  private static func vectors(in group: JSONValue, of file: String) throws -> [TypeVector] {
    let form = try #require(group["type"])
    let type = try TypeForm.type(form)
    return try #require(group["cases"]?.array).map { one in
      let canonical = one["canonical"]?.string
      try #require((canonical == nil) == (one["error"] == true), "a case is either canonical or an error: \(one.text)")
      return TypeVector(
        file: file, typeForm: form, type: type, input: try #require(one["in"]), canonical: canonical, json: one["json"])
    }
  }
}

@Suite struct `Values, by the vectors that Python reads too` {
  @Test func `there are vectors for every type`() throws {
    let vectors = try TypeVector.all()
    #expect(vectors.count >= 150)
    let bases = Set(vectors.compactMap { $0.typeForm["b"]?.string })
    #expect(bases.count == ValueType.IntegerKind.allCases.count + 11)
  }

  @Test(arguments: TypeVector.read) func `a value is taken or refused, and shown in one form`(_ vector: TypeVector) {
    let value = Result { () throws(InvalidValue) in try Value(json: vector.input, type: vector.type) }
    #expect((try? value.get())?.text == vector.canonical)
    if let text = vector.input.string {
      #expect(value == Result { () throws(InvalidValue) in try Value(text: text, type: vector.type) })
    }
    if let json = vector.json { #expect((try? value.get())?.json == json) }
  }

  @Test(arguments: TypeVector.read) func `the canonical text and the JSON encoding read back as the same value`(
    _ vector: TypeVector
  ) throws {
    guard vector.canonical != nil else { return }
    let value = try Value(json: vector.input, type: vector.type)
    #expect(try Value(text: value.text, type: vector.type) == value)
    #expect(try Value(json: value.json, type: vector.type) == value)
  }
}
