/// What a callpoint is called for.
package enum CallpointKind: String, Hashable, Sendable {
  case service
  case nano
  case action
  case validation
}

/// The name under which a callback class is registered.
///
/// Two registrations with an equal identity exclude each other, whichever package makes them.
package struct CallpointIdentity: Hashable, Sendable, CustomStringConvertible {
  /// What the callpoint is called for.
  package let kind: CallpointKind
  /// The servicepoint, actionpoint or validation point.
  package let name: String
  /// The component type and state of a nano service's callback; both may be `*`.
  package let nanoState: NanoState?

  /// A component type and a state of a nano service.
  package struct NanoState: Hashable, Sendable {
    /// The component type as registered, such as `vr:router`.
    package let componentType: String
    /// The state as registered, such as `vr:requested`.
    package let state: String

    /// Creates the pair.
    package init(componentType: String, state: String) {
      self.componentType = componentType
      self.state = state
    }
  }

  /// Creates an identity.
  package init(kind: CallpointKind, name: String, nanoState: NanoState? = nil) {
    self.kind = kind
    self.name = name
    self.nanoState = nanoState
  }

  package var description: String {
    guard let nanoState else { return "\(kind.rawValue) \(name)" }
    return "\(kind.rawValue) \(name) \(nanoState.componentType) \(nanoState.state)"
  }
}

/// The number of a registered callpoint in this host's life.
package struct CallpointID: Numbered {
  /// The number.
  package let number: Int

  /// Creates the identity with a number.
  package init(_ number: Int) { self.number = number }
}

/// The number of an endpoint in this host's life: a worker, or a VM that serves with threads.
package struct EndpointID: Numbered {
  /// The number.
  package let number: Int

  /// Creates the identity with a number.
  package init(_ number: Int) { self.number = number }
}

/// The number of a request, which is also the number of its transaction; no two requests of a host share one.
package struct RequestID: Numbered, Comparable {
  /// The number; never 0, which means "idle" on an endpoint's page.
  package let number: UInt64

  /// Creates the identity with a number.
  package init(_ number: UInt64) { self.number = number }

  package static func < (left: RequestID, right: RequestID) -> Bool { left.number < right.number }
}
