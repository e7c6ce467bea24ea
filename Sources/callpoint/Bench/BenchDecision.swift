import JSON

/// How a component runs on a private host, and why.
struct BenchDecision: Hashable {
  /// Its package.
  let package: String
  /// Its name.
  let component: String
  /// Its mode, as `status` writes it.
  let mode: String
  /// Why, as a clause.
  let reason: String

  /// The components that run, in the order of the status.
  ///
  /// - Parameter status: What the host answers to `status`.
  /// - Returns: One decision each.
  static func all(in status: JSONValue) -> [BenchDecision] {
    (status["packages"]?.array ?? []).flatMap { package in
      (package["components"]?.array ?? []).compactMap { component in
        guard let mode = component["mode"]?.string, let reason = component["reason"]?.string else { return nil }
        return BenchDecision(
          package: package["name"]?.string ?? "", component: component["name"]?.string ?? "", mode: mode, reason: reason
        )
      }
    }
  }
}
