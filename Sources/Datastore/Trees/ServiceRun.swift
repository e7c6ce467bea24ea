/// A service instance in the role of a writer: its `create`, or the callback of one state of a nano service.
///
/// What is written under one run is taken back together.
package final class ServiceRun: Sendable {
  /// The state of a nano service's component.
  package struct NanoState: Hashable, Sendable {
    /// The component's type, such as `ncs:self`.
    package let componentType: String
    /// The component's name.
    package let componentName: String
    /// The state, such as `vr:configured`.
    package let state: String

    /// Creates the name of a state.
    ///
    /// - Parameters:
    ///   - componentType: The component's type.
    ///   - componentName: The component's name.
    ///   - state: The state.
    package init(componentType: String, componentName: String, state: String) {
      self.componentType = componentType
      self.componentName = componentName
      self.state = state
    }
  }

  /// The service instance.
  package let instance: Keypath
  /// The state whose callback writes, or `nil` for a service's `create`.
  package let nanoState: NanoState?

  /// Creates the name of a run.
  ///
  /// - Parameters:
  ///   - instance: The service instance.
  ///   - nanoState: The state whose callback writes, or `nil` for a service's `create`.
  package init(_ instance: Keypath, nanoState: NanoState? = nil) {
    self.instance = instance
    self.nanoState = nanoState
  }
}

extension ServiceRun: Hashable {
  /// Whether both name the same instance and state.
  package static func == (left: ServiceRun, right: ServiceRun) -> Bool {
    left === right || left.instance == right.instance && left.nanoState == right.nanoState
  }

  /// Feeds the instance and the state to `hasher`.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(instance)
    hasher.combine(nanoState)
  }
}
