package import Yang

/// The content of the store at one moment: it never changes, costs nothing to keep, and carries its schema.
package struct Snapshot: Sendable {
  /// The schema with what follows from it.
  package let index: SchemaIndex
  /// What is below the root.
  var root = Branch()
  /// What is remembered of service instances.
  var records = SortedMap<Keypath, ServiceRecord>()

  /// An empty store.
  ///
  /// - Parameter index: The schema with what follows from it.
  package init(_ index: SchemaIndex) { self.index = index }

  /// An empty store.
  ///
  /// - Parameter schema: The schema.
  package init(schema: Schema) { self.init(SchemaIndex(schema)) }

  /// The schema.
  package var schema: Schema { index.schema }

  /// What is remembered of a service instance.
  ///
  /// - Parameter instance: The instance's path.
  /// - Returns: The record, or `nil` if the instance never ran or is gone.
  package func record(of instance: Keypath) -> ServiceRecord? { records[instance] }
}
