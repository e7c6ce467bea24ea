import Callpoints
import Datastore
import Foundation
import JSON
import PythonVM
import Yang

/// The states of a nano service instance, run in order; the plan shows each as reached.
final class NanoProcess {
  private let service: NanoService
  private let point: String
  private let instance: Keypath
  private let commit: Commit
  private var remaining: [(component: NanoService.Component, name: String, state: NanoService.State)] = []
  private var properties: [ServiceRecord.Property] = []
  private var completion: ([ServiceRecord.Property]) -> Void = { _ in }

  init(_ service: NanoService, point: String, instance: Keypath, in commit: Commit) {
    self.service = service
    self.point = point
    self.instance = instance
    self.commit = commit
  }

  /// Runs every state of every component, as far as there are callbacks.
  ///
  /// The component `ncs:self` comes first with its states up to `ncs:init`; `ncs:ready` of every component is reached
  /// when the ones before it are.
  func begin(
    _ properties: [ServiceRecord.Property], completion: @escaping ([ServiceRecord.Property]) -> Void
  ) {
    self.properties = properties
    self.completion = completion
    if let unsupported = service.unsupported.first {
      return commit.fail(
        CallError(.notSupported, "\(unsupported.source): \(unsupported.statement) is not supported by Callpoint yet"))
    }
    remaining = service.components.flatMap { component in
      component.states.map { (component, Self.name(of: component), $0) }
    }
    next()
  }

  private func next() {
    guard !remaining.isEmpty else { return completion(properties) }
    let (component, name, state) = remaining.removeFirst()
    guard state.hasCreateCallback else { return reached(component, name, state) }
    guard let entry = commit.table.nano(servicepoint: point, componentType: component.type, state: state.name) else {
      return commit.fail(.unregistered("\(point) \(component.type) \(state.name)"))
    }
    let tree = commit.workspace.transaction.working.tree(at: instance) ?? [:]
    let call = CallbackRunner.ServiceCall(
      operation: "nano_create", instance: instance, properties: properties,
      members: { writer in
        writer.key("data")
        writer.value(tree)
        writer.key("component")
        writer.value([.string(component.type), .string(name)])
        writer.key("state")
        writer.string(state.name)
        writer.key("componentProplist")
        writer.value([])
      })
    let run = ServiceRun(
      instance, nanoState: .init(componentType: component.type, componentName: name, state: state.name))
    commit.run(entry, call, as: run) { [self] reply in
      if let changed = reply.properties { properties = changed }
      reached(component, name, state)
    }
  }

  /// Writes the plan's entry for a state.
  private func reached(_ component: NanoService.Component, _ name: String, _ state: NanoService.State) {
    let index = commit.workspace.transaction.index
    let plan = instance.text(in: index) + "/plan"
    let entry = plan + "/component" + Self.keys([component.type, name]) + "/state" + Self.keys([state.name])
    do throws(CallError) {
      try commit.workspace.applyState([
        ["create", .string(entry)],
        ["set", .string(entry + "/status"), "reached"],
        ["set", .string(entry + "/when"), .string(ISO8601DateFormatter().string(from: Date()))],
      ])
    } catch {
      return commit.fail(error)
    }
    next()
  }

  /// The component's name: the literal that the behaviour tree quotes.
  private static func name(of component: NanoService.Component) -> String {
    component.nameExpression.trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
  }

  private static func keys(_ texts: [String]) -> String {
    "{" + texts.map { "\"\($0.replacingOccurrences(of: "\"", with: "\\\""))\"" }.joined(separator: " ") + "}"
  }
}
