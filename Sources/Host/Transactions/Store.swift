import Callpoints
import Datastore
import Foundation
import JSON
import Yang

/// The data as they are now, and the transactions that are open on them.
///
/// Owner: the reactor's thread.
final class Store {
  /// What is committed.
  var snapshot: Snapshot { didSet { revision += 1 } }
  /// How often that has changed.
  private(set) var revision = 0
  /// The commits that have service instances in hand, and those that wait for one.
  let turns = InstanceTurns()
  private var workspaces: [UInt64: Workspace] = [:]

  /// A document that cannot be loaded.
  struct LoadError: Error, CustomStringConvertible {
    let description: String
  }

  /// Creates a store.
  ///
  /// - Parameters:
  ///   - schema: What may be in it.
  ///   - file: A JSON document to start from.
  /// - Throws: ``LoadError`` if the file cannot be read or holds something that the schema does not allow.
  init(schema: Schema, loading file: String?) throws(LoadError) {
    snapshot = Snapshot(schema: schema)
    guard let file else { return }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw LoadError(description: "\(file) cannot be read")
    }
    do {
      let document = try JSONValue(parsing: Array(data))
      for isOperational in [false, true] {
        let transaction = Transaction(on: snapshot, isOperational: isOperational)
        try transaction.merge(document, at: .root)
        snapshot = transaction.working
      }
    } catch {
      throw LoadError(description: "\(file): \(error)")
    }
  }

  /// The data under another schema.
  ///
  /// - Parameter schema: The new schema.
  /// - Returns: The data, less what has no place any more.
  /// - Throws: ``CallError`` that names a value which the new schema does not accept.
  func snapshot(under schema: Schema) throws(CallError) -> Snapshot {
    do throws(DataError) {
      return try snapshot.migrated(to: schema)
    } catch {
      throw CallError(error)
    }
  }

  /// Opens a transaction that is used by its number.
  func open(_ workspace: Workspace, as number: UInt64) { workspaces[number] = workspace }

  /// Closes a transaction; nothing of it remains.
  func close(_ number: UInt64) { if !workspaces.isEmpty { workspaces[number] = nil } }

  /// The open transaction with a number.
  func workspace(_ number: UInt64) -> Workspace? { workspaces[number] }
}
