import Callpoints
import Datastore
import JSON

/// The edits of a `commit` request.
enum Edit {
  /// Makes edits in order.
  ///
  /// - Parameters:
  ///   - edits: The edits, as the control socket has them.
  ///   - transaction: Where they are made.
  /// - Throws: ``CallError`` that names the first edit that is refused.
  static func apply(_ edits: [JSONValue], to transaction: Transaction) throws(CallError) {
    for edit in edits {
      guard let operation = edit["op"]?.string, let text = edit["path"]?.string else {
        throw CallError(.invalidRequest, "an edit needs an 'op' and a 'path': \(edit.text.prefix(80))")
      }
      do throws(DataError) {
        let path = try Keypath(text, in: transaction.index)
        switch operation {
        case "create":
          guard !transaction.working.exists(at: path) else {
            throw DataError(.invalidValue, .alreadyExists, at: text, "it exists already; a merge would change it")
          }
          try transaction.create(path)
        case "delete":
          guard transaction.working.exists(at: path) else {
            throw DataError(.invalidPath, .doesNotExist, at: text, "it does not exist")
          }
          try transaction.delete(path)
        case "set": try transaction.set(path, to: edit["value"] ?? .null)
        case "merge": try transaction.merge(edit["value"] ?? [:], at: path)
        default: throw DataError(.invalidRequest, .protocolUsage, at: text, "there is no edit '\(operation)'")
        }
      } catch {
        throw CallError(error)
      }
    }
  }
}

extension Commit.Outcome {
  /// Writes every change, in the order of the schema and the keys, as the control socket tells them.
  func writeChanges(to writer: inout JSONWriter) { after.writeChanges(since: before, to: &writer) }
}
