/// What `ncs:service-behavior-tree` and its `ncs:plan-outline` say about one servicepoint.
package struct NanoService: Hashable, Sendable {
  /// A `ncs:state` of a component type, in order.
  package struct State: Hashable, Sendable {
    /// The prefixed identity, such as `vr:vm-requested`.
    package let name: String
    /// Whether entering the state calls back (`ncs:create { ncs:nano-callback; }`).
    package let hasCreateCallback: Bool
    /// Whether leaving the state calls back (`ncs:delete { ncs:nano-callback; }`).
    package let hasDeleteCallback: Bool

    /// Creates a state.
    package init(name: String, hasCreateCallback: Bool, hasDeleteCallback: Bool) {
      self.name = name
      self.hasCreateCallback = hasCreateCallback
      self.hasDeleteCallback = hasDeleteCallback
    }
  }

  /// A component that the behaviour tree creates for every instance.
  package struct Component: Hashable, Sendable {
    /// The prefixed component type, such as `ncs:self`.
    package let type: String
    /// The XPath expression that names the component; a quoted literal for now.
    package let nameExpression: String
    /// The states of the component type, in order.
    package let states: [State]

    /// Creates a component.
    package init(type: String, nameExpression: String, states: [State]) {
      self.type = type
      self.nameExpression = nameExpression
      self.states = states
    }
  }

  /// The components, in the order of the behaviour tree.
  package let components: [Component]
  /// Where `plan` is found below the service instance's node, or elsewhere if `ncs:plan-location` says so.
  package let planLocation: String?
  /// Statements that are not carried out yet, each with its place; a service that has any is refused.
  package let unsupported: [Unsupported]

  /// A statement that is understood and not carried out.
  package struct Unsupported: Hashable, Sendable {
    /// The statement's keyword and argument.
    package let statement: String
    /// Where it stands.
    package let source: SourceLocation

    /// Creates the record of a statement.
    package init(statement: String, source: SourceLocation) {
      self.statement = statement
      self.source = source
    }
  }

  /// Creates the description of a nano service.
  package init(components: [Component], planLocation: String?, unsupported: [Unsupported]) {
    self.components = components
    self.planLocation = planLocation
    self.unsupported = unsupported
  }
}
