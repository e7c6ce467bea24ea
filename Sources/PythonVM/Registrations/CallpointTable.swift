package import Callpoints

/// Every callpoint that a component has registered, and which VM serves it.
///
/// Owner: the reactor's thread. A point has the same number as long as the host lives, so that requests that wait for it
/// survive a restart of its VM, and an exchange of its VM by another.
package final class CallpointTable {
  /// A registered callpoint.
  package struct Entry {
    /// The callpoint's number.
    package let id: CallpointID
    /// The point it is registered for.
    package let identity: CallpointIdentity
    /// The VM that serves it.
    package let vm: String
    /// The package of the component that registered it.
    package let package: String
    /// The component that registered it.
    package let component: String
    /// The class, as Python names it.
    package let className: String
    /// The callbacks that the class implements.
    package let callbacks: Set<String>
    /// The components whose registration of the same point was refused, in words, such as `package a, component b`.
    package internal(set) var rivals: Set<String> = []

    /// The same registration in another VM.
    func moved(to vm: String) -> Entry {
      Entry(
        id: id, identity: identity, vm: vm, package: package, component: component, className: className,
        callbacks: callbacks, rivals: rivals)
    }
  }

  /// How often registrations have come or gone.
  package private(set) var revision = 0

  private var entries: [CallpointIdentity: Entry] = [:]
  private var order: [CallpointIdentity] = []
  private var numbers: [CallpointIdentity: CallpointID] = [:]

  /// Creates an empty table.
  package init() {}

  /// Every entry, in the order of registration.
  package var all: [Entry] { order.compactMap { entries[$0] } }

  /// The entry of a point.
  package subscript(identity: CallpointIdentity) -> Entry? { entries[identity] }

  /// The entry that serves a state of a nano service: the one for exactly this component type and state, or else one
  /// registered with `*`.
  package func nano(servicepoint: String, componentType: String, state: String) -> Entry? {
    for (type, name) in [(componentType, state), ("*", state), (componentType, "*"), ("*", "*")] {
      let identity = CallpointIdentity(
        kind: .nano, name: servicepoint, nanoState: .init(componentType: type, state: name))
      if let entry = entries[identity] { return entry }
    }
    return nil
  }

  /// The entries that a component's registrations would be; the table stays as it is.
  ///
  /// - Parameters:
  ///   - report: What the component says.
  ///   - vm: Its VM.
  /// - Returns: The entries.
  /// - Throws: ``Conflict`` if the component registered a point twice.
  func entries(of report: ComponentReport, in vm: String) throws(Conflict) -> [Entry] {
    var seen: Set<CallpointIdentity> = []
    var result: [Entry] = []
    for registration in report.registrations {
      let identity = registration.identity
      guard seen.insert(identity).inserted else {
        throw Conflict(identity: identity, package: report.package, component: report.name)
      }
      let id = numbers[identity] ?? CallpointID(numbers.count + 1)
      numbers[identity] = id
      result.append(
        Entry(
          id: id, identity: identity, vm: vm, package: report.package, component: report.name,
          className: registration.className, callbacks: registration.callbacks))
    }
    return result
  }

  /// Takes in a component's registrations in the place of its earlier ones: all of them or none.
  ///
  /// - Parameters:
  ///   - report: What the component says.
  ///   - vm: Its VM.
  /// - Returns: The entries, and those that the component had and has no more.
  /// - Throws: ``Conflict`` if one of the points has been registered, by another component or by this one twice.
  func register(_ report: ComponentReport, of vm: String) throws(Conflict) -> (entries: [Entry], gone: [Entry]) {
    let new = try entries(of: report, in: vm)
    func isOwn(_ entry: Entry) -> Bool {
      (entry.vm, entry.package, entry.component) == (vm, report.package, report.name)
    }
    for identity in new.map(\.identity) {
      guard let entry = entries[identity], !isOwn(entry) else { continue }
      entries[identity]?.rivals.insert("package \(report.package), component \(report.name)")
      throw Conflict(identity: identity, package: entry.package, component: entry.component)
    }
    return (new, replace(all.filter(isOwn), by: new))
  }

  /// Why VMs cannot take the places of others: a point that a third one has, or two of them want.
  ///
  /// - Parameters:
  ///   - old: The VMs that go.
  ///   - new: What those that come would have.
  /// - Returns: The first conflict, with the VM that it concerns.
  package func conflict(replacing old: Set<String>, by new: [Entry]) -> (vm: String, conflict: Conflict)? {
    var owners = entries.filter { !old.contains($0.value.vm) }
    for entry in new {
      if let owner = owners.updateValue(entry, forKey: entry.identity) {
        return (entry.vm, Conflict(identity: entry.identity, package: owner.package, component: owner.component))
      }
    }
    return nil
  }

  /// Lets VMs take the places of others.
  ///
  /// - Parameters:
  ///   - old: The VMs that go.
  ///   - new: What those that come have; it is in no conflict.
  /// - Returns: The entries whose points nobody serves any more.
  package func exchange(_ old: Set<String>, for new: [Entry]) -> [Entry] {
    replace(all.filter { old.contains($0.vm) }, by: new)
  }

  private func replace(_ old: [Entry], by new: [Entry]) -> [Entry] {
    revision += 1
    for entry in old { entries[entry.identity] = nil }
    for entry in new {
      if !order.contains(entry.identity) { order.append(entry.identity) }
      entries[entry.identity] = entry
    }
    order.removeAll { entries[$0] == nil }
    return old.filter { entries[$0.identity] == nil }
  }

  /// A point is registered already.
  package struct Conflict: Error, CustomStringConvertible {
    let identity: CallpointIdentity
    let package: String
    let component: String

    package var description: String {
      "\(identity) is already registered by package \(package), component \(component)"
    }
  }
}
