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
  var snapshot: Snapshot
  private var workspaces: [UInt64: Workspace] = [:]
  /// The service instances that a commit has in hand, and the commits that wait for one.
  private var held: Set<Keypath> = []
  private var waiting: [(instances: Set<Keypath>, proceed: () -> Void)] = []

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
  func close(_ number: UInt64) { workspaces[number] = nil }

  /// The open transaction with a number.
  func workspace(_ number: UInt64) -> Workspace? { workspaces[number] }

  /// Waits until no other commit has any of the instances in hand.
  ///
  /// All of them are taken at once, so that commits cannot wait for each other, and in the order of the calls, so that none
  /// waits for ever.
  func acquire(_ instances: Set<Keypath>, _ proceed: @escaping () -> Void) {
    waiting.append((instances, proceed))
    admit()
  }

  /// Lets the next commits have the instances.
  func release(_ instances: Set<Keypath>) {
    held.subtract(instances)
    admit()
  }

  private func admit() {
    var taken = held
    var admitted: [() -> Void] = []
    var left: [(instances: Set<Keypath>, proceed: () -> Void)] = []
    for waiter in waiting {
      if taken.isDisjoint(with: waiter.instances) {
        held.formUnion(waiter.instances)
        admitted.append(waiter.proceed)
      } else {
        left.append(waiter)
      }
      taken.formUnion(waiter.instances)
    }
    waiting = left
    for proceed in admitted { proceed() }
  }
}
