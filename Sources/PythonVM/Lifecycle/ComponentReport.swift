package import Callpoints
import JSON

/// What a VM says about one component when its `setup()` is over (`vm.component`).
package struct ComponentReport: Sendable {
  /// The package the component belongs to.
  package let package: String
  /// The component's name.
  package let name: String
  /// Why it failed, or `nil` if it runs.
  package let error: String?
  /// What it registered.
  package let registrations: [Registration]

  /// A callback class that a component registered.
  package struct Registration: Hashable, Sendable {
    /// The registration's number within its VM.
    package let number: Int
    /// The point it is registered for.
    package let identity: CallpointIdentity
    /// The class, as Python names it.
    package let className: String
    /// The callbacks that the class implements, such as `create` or `pre_modification`.
    package let callbacks: Set<String>
  }

  /// Reads the parameters of `vm.component`.
  ///
  /// - Parameter params: The message's parameters.
  /// - Throws: ``ProtocolViolation`` if a member is missing or of the wrong kind.
  init(_ params: JSONValue) throws(ProtocolViolation) {
    guard let package = params["package"]?.string, let name = params["name"]?.string else {
      throw ProtocolViolation("vm.component names no component")
    }
    self.package = package
    self.name = name
    error = params["state"]?.string == "running" ? nil : params["error"]?.string ?? "it failed without a word"
    var registrations: [Registration] = []
    for point in params["callpoints"]?.array ?? [] {
      guard let number = point["id"]?.int, let pointName = point["name"]?.string,
        let kind = point["kind"]?.string.flatMap(CallpointKind.init(rawValue:))
      else { throw ProtocolViolation("vm.component of \(name) has a callpoint without id, kind or name") }
      var nanoState: CallpointIdentity.NanoState?
      if kind == .nano {
        guard let type = point["componentType"]?.string, let state = point["state"]?.string else {
          throw ProtocolViolation("vm.component of \(name) has a nano service without component type or state")
        }
        nanoState = .init(componentType: type, state: state)
      }
      registrations.append(
        Registration(
          number: number, identity: CallpointIdentity(kind: kind, name: pointName, nanoState: nanoState),
          className: point["class"]?.string ?? "",
          callbacks: Set((point["callbacks"]?.array ?? []).compactMap(\.string))))
    }
    self.registrations = registrations
  }
}
