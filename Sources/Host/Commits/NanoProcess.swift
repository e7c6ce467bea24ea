import Callpoints
import Datastore
import Foundation
import JSON
import PythonVM
import Yang

/// The states of a nano service instance, run in order; the plan shows each as reached.
final class NanoProcess {
  /// A state of a component that is to be entered or left.
  private struct Step {
    let component: NanoService.Component
    let name: String
    let state: NanoService.State

    /// The run whose writes are taken back when the state is left.
    func run(of instance: Keypath) -> ServiceRun {
      ServiceRun(instance, nanoState: .init(componentType: component.type, componentName: name, state: state.name))
    }
  }

  /// What the two directions have in common.
  typealias Completion = ([ServiceRecord.Property]) -> Void

  private let service: NanoService
  private let point: String
  private let instance: Keypath
  private let commit: Commit
  private var properties: [ServiceRecord.Property]
  private let completion: Completion

  /// Prepares to run.
  ///
  /// - Parameters:
  ///   - service: The plan outline.
  ///   - point: The servicepoint.
  ///   - instance: The service instance.
  ///   - commit: The commit it runs in, which ends if a callback fails.
  ///   - properties: The instance's proplist.
  ///   - completion: Called with the new proplist when every state has been run.
  init(
    _ service: NanoService, point: String, instance: Keypath, in commit: Commit,
    properties: [ServiceRecord.Property], completion: @escaping Completion
  ) {
    self.service = service
    self.point = point
    self.instance = instance
    self.commit = commit
    self.properties = properties
    self.completion = completion
  }

  /// Enters every state of every component, in order.
  func create() {
    guard isSupported() else { return }
    enter(steps[...])
  }

  /// Leaves every state of every component, in the opposite order: what it wrote is taken back, then its `delete` runs.
  func delete() {
    guard isSupported() else { return }
    leave(steps.reversed()[...])
  }

  private func isSupported() -> Bool {
    guard let unsupported = service.unsupported.first else { return true }
    commit.fail(
      CallError(.notSupported, "\(unsupported.source): \(unsupported.statement) is not supported by Callpoint yet"))
    return false
  }

  /// The states in the order of the behaviour tree; `ncs:self` is ready only when every other component is.
  private var steps: [Step] {
    var steps: [Step] = []
    var last: [Step] = []
    for component in service.components {
      for state in component.states {
        let step = Step(component: component, name: Self.name(of: component), state: state)
        if component.type == "ncs:self", state.name == "ncs:ready" { last.append(step) } else { steps.append(step) }
      }
    }
    return steps + last
  }

  private func enter(_ steps: ArraySlice<Step>) {
    guard let step = steps.first else { return completion(properties) }
    let next = { [self] in
      if reach(step) { enter(steps.dropFirst()) }
    }
    guard step.state.hasCreateCallback else { return next() }
    let tree = commit.workspace.transaction.working.tree(at: instance) ?? [:]
    call("nano_create", step, tree, as: step.run(of: instance), then: next)
  }

  private func leave(_ steps: ArraySlice<Step>) {
    guard let step = steps.first else { return completion(properties) }
    commit.workspace.transaction.takeBack(step.run(of: instance))
    let next = { [self] in leave(steps.dropFirst()) }
    guard step.state.hasDeleteCallback else { return next() }
    // The instance is gone from what the transaction works on; its callbacks see it as it was.
    let tree = commit.workspace.transaction.base.tree(at: instance) ?? [:]
    call("nano_delete", step, tree, as: nil, then: next)
  }

  private func call(
    _ operation: String, _ step: Step, _ tree: JSONValue, as run: ServiceRun?, then next: @escaping () -> Void
  ) {
    let (type, state) = (step.component.type, step.state.name)
    guard let entry = commit.table.nano(servicepoint: point, componentType: type, state: state) else {
      return commit.fail(.unregistered("\(point) \(type) \(state)"))
    }
    let call = CallbackRunner.ServiceCall(
      operation: operation, instance: instance, properties: properties,
      members: { writer in
        writer.key("data")
        writer.value(tree)
        writer.key("component")
        writer.value([.string(type), .string(step.name)])
        writer.key("state")
        writer.string(state)
        writer.key("componentProplist")
        writer.value([])
      })
    commit.run(entry, call, as: run) { [self] reply in
      if let changed = reply.properties { properties = changed }
      next()
    }
  }

  /// Writes the plan's entry for a state; false if that ended the commit.
  private func reach(_ step: Step) -> Bool {
    let index = commit.workspace.transaction.index
    let component = Keypath.text(of: [.string(step.component.type), .string(step.name)])
    let state = Keypath.text(of: [.string(step.state.name)])
    let entry = instance.text(in: index) + "/plan/component" + component + "/state" + state
    do throws(CallError) {
      try commit.workspace.applyState([
        ["create", .string(entry)],
        ["set", .string(entry + "/status"), "reached"],
        ["set", .string(entry + "/when"), .string(ISO8601DateFormatter().string(from: Date()))],
      ])
      return true
    } catch {
      commit.fail(error)
      return false
    }
  }

  /// The component's name: the literal that the behaviour tree quotes.
  private static func name(of component: NanoService.Component) -> String {
    component.nameExpression.trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
  }
}
