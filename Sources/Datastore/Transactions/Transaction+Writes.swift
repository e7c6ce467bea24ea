package import JSON
import Yang

extension Transaction {
  /// Applies a list of writes in order, all of them or none.
  ///
  /// - Parameters:
  ///   - writes: The writes as `ARCHITECTURE.md` gives them, such as `[["set", "/a:b/c", 1]]`.
  ///   - run: The service that made them, or `nil` for a user.
  /// - Throws: ``DataError`` that names the path of the write that cannot be applied.
  package func apply(_ writes: JSONValue, as run: ServiceRun? = nil) throws(DataError) {
    try Array(writes.text.utf8).withUnsafeBytes { text in
      Result { () throws(DataError) in try apply(text, as: run) }
    }.get()
  }

  /// Applies a list of writes in order, all of them or none.
  ///
  /// - Parameters:
  ///   - writes: The text of the writes, as `ARCHITECTURE.md` gives them.
  ///   - run: The service that made them, or `nil` for a user.
  /// - Throws: ``DataError`` that names the path of the write that cannot be applied.
  package func apply(_ writes: UnsafeRawBufferPointer, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in
      var series = try WriteSeries(writes, for: editor)
      try editor.apply(&series, in: &root)
    }
  }

  /// Sets a leaf, or all values of a leaf-list, or what an `anydata` holds.
  ///
  /// - Parameters:
  ///   - path: The node's path.
  ///   - json: The value, as RFC 7951 writes it.
  ///   - run: The service that writes, or `nil` for a user.
  /// - Throws: ``DataError`` if the value is not of the node's type, or the node cannot be written.
  package func set(_ path: Keypath, to json: JSONValue, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in try editor.set(path, to: json, in: &root) }
  }

  /// Creates a list entry, a presence container, an empty leaf or one value of a leaf-list, if it is not there.
  ///
  /// - Parameters:
  ///   - path: The node's path.
  ///   - run: The service that writes, or `nil` for a user.
  /// - Throws: ``DataError`` if the node is of another kind, or cannot be written.
  package func create(_ path: Keypath, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in try editor.createAny(path, in: &root) }
  }

  /// Deletes a node and what is below, if it is there.
  ///
  /// - Parameters:
  ///   - path: The node's path; a list without keys means all its entries.
  ///   - run: The service that writes, or `nil` for a user.
  /// - Throws: ``DataError`` if the node cannot be written.
  package func delete(_ path: Keypath, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in try editor.deleteAny(path, in: &root) }
  }

  /// Where an entry of a list that is ordered by user shall stand.
  package enum Position: Hashable, Sendable {
    case first
    case last
    case before([Value])
    case after([Value])
  }

  /// Moves an entry of a list that is ordered by user.
  ///
  /// - Parameters:
  ///   - path: The entry's path.
  ///   - position: Where it shall stand.
  ///   - run: The service that writes, or `nil` for a user.
  /// - Throws: ``DataError`` if the list is ordered by system, or one of the entries does not exist.
  package func move(_ path: Keypath, to position: Position, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in try editor.moveAny(path, to: position, in: &root) }
  }

  /// Adds a document: leafs are set, entries and containers are created, and nothing is deleted.
  ///
  /// `config false` nodes in it are passed over, unless the transaction is operational, when the configuration is.
  ///
  /// - Parameters:
  ///   - document: The content of the node at `path`, as RFC 7951 writes it.
  ///   - path: The node's path.
  ///   - run: The service that writes, or `nil` for a user.
  /// - Throws: ``DataError`` that names the path of what is wrong.
  package func merge(_ document: JSONValue, at path: Keypath, as run: ServiceRun? = nil) throws(DataError) {
    try edit(as: run) { (editor, root) throws(DataError) in
      try DocumentMerge(editor).merge(document, path, into: &root)
    }
  }
}
