import Callpoints
import Datastore
import JSON
import PythonVM
import Yang

/// The action that a path leads to, and what is the same in all requests for it.
///
/// It is worked out once for a path, under one schema.
final class ActionTarget {
  /// The path, as the client wrote it.
  let path: String
  /// The node that holds the action.
  let holder: Keypath
  /// The node that says which parameters there are: `input`, or the action itself if it has none.
  let parameters: SchemaNode
  /// The action's callpoint, if the model names one.
  let point: CallpointIdentity?

  /// The callpoint's number, as the table has had it at a revision.
  private var known: (callpoint: CallpointID?, revision: Int)?
  /// The revision of the data in which the node that holds the action was last looked for and found.
  private var lastSeen: Int?
  private let plainParameters: PlainParameters
  /// The request's members up to the input.
  private let head: [UInt8]

  /// Finds the action.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - index: The schema.
  /// - Throws: ``CallError`` of kind `invalid-path` if it does not lead to an action.
  init(_ path: String, in index: SchemaIndex) throws(CallError) {
    let keypath: Keypath
    do throws(DataError) {
      keypath = try Keypath(path, in: index)
    } catch {
      throw CallError(error)
    }
    let schema = index.schema
    let node = schema[keypath.node]
    guard node.kind == .action || node.kind == .rpc else {
      throw CallError(.invalidPath, "\(path) is a \(node.kind.rawValue), not an action", errno: 8)
    }
    self.path = path
    holder = keypath.parent
    parameters = node.children.map { schema[$0] }.first { $0.kind == .input } ?? node
    point = node.actionpoint.map { CallpointIdentity(kind: .action, name: $0) }
    plainParameters = PlainParameters(of: parameters, in: schema)
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("op")
    writer.string("action")
    writer.key("name")
    writer.string(node.name)
    if node.kind == .action {
      writer.key("path")
      writer.string(holder.text(in: index))
    }
    writer.key("input")
    // The brace that opened it gives way to the members that come first.
    head = [UInt8(ascii: ",")] + writer.bytes.dropFirst()
  }

  /// The number of its callpoint, if somebody has registered it.
  func callpoint(in table: CallpointTable) -> CallpointID? {
    if let known, known.revision == table.revision { return known.callpoint }
    let callpoint = point.flatMap { table[$0]?.id }
    known = (callpoint, table.revision)
    return callpoint
  }

  /// Passes over an input.
  ///
  /// - Returns: Whether it can be passed on as it is written: its check would change nothing in it.
  func takes(_ input: inout JSONScanner) throws(JSONError) -> Bool { try plainParameters.take(&input) }

  /// Whether the node that holds the action exists.
  func isThere(in store: Store) -> Bool {
    if lastSeen == store.revision { return true }
    guard holder == .root || store.snapshot.exists(at: holder) else { return false }
    lastSeen = store.revision
    return true
  }

  /// The request for it.
  ///
  /// - Parameters:
  ///   - user: On whose behalf it is made.
  ///   - size: How long the input is, as far as that is known.
  ///   - writeInput: Writes the input.
  /// - Returns: The request without its number.
  func request(by user: UserSession, size: Int = 0, _ writeInput: (inout JSONWriter) -> Void) -> RequestBody {
    RequestBody(head, capacity: size + 128) { writer in
      writeInput(&writer)
      user.write(to: &writer)
    }
  }
}
