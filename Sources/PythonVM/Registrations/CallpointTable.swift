package import Callpoints

/// Every callpoint that a component has registered, and which VM serves it.
///
/// Owner: the reactor's thread. A registration keeps its number when its VM is started again, so that requests that
/// wait for it survive a restart.
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
    package internal(set) var className: String
    /// The callbacks that the class implements.
    package internal(set) var callbacks: Set<String>
    /// The components whose registration of the same point was refused, in words, such as `package a, component b`.
    package internal(set) var rivals: Set<String> = []
  }

  private var entries: [CallpointIdentity: Entry] = [:]
  private var order: [CallpointIdentity] = []
  private var nextNumber = 1

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

  /// Takes in a component's registrations: all of them or none.
  ///
  /// - Parameters:
  ///   - report: What the component says.
  ///   - vm: Its VM.
  /// - Returns: The entries.
  /// - Throws: ``Conflict`` if one of the points has been registered, by another component or by this one twice.
  func register(_ report: ComponentReport, of vm: String) throws(Conflict) -> [Entry] {
    var seen: Set<CallpointIdentity> = []
    for registration in report.registrations {
      guard seen.insert(registration.identity).inserted else {
        throw Conflict(identity: registration.identity, package: report.package, component: report.name)
      }
      guard let entry = entries[registration.identity] else { continue }
      if (entry.vm, entry.package, entry.component) != (vm, report.package, report.name) {
        entries[registration.identity]?.rivals.insert("package \(report.package), component \(report.name)")
        throw Conflict(identity: registration.identity, package: entry.package, component: entry.component)
      }
    }
    return report.registrations.map { registration in
      if var entry = entries[registration.identity] {
        entry.className = registration.className
        entry.callbacks = registration.callbacks
        entries[registration.identity] = entry
        return entry
      }
      let entry = Entry(
        id: CallpointID(nextNumber), identity: registration.identity, vm: vm, package: report.package,
        component: report.name, className: registration.className, callbacks: registration.callbacks)
      nextNumber += 1
      entries[registration.identity] = entry
      order.append(registration.identity)
      return entry
    }
  }

  /// Forgets one entry.
  func remove(_ entry: Entry) {
    entries[entry.identity] = nil
    order.removeAll { $0 == entry.identity }
  }

  /// Forgets what a VM has registered.
  ///
  /// - Returns: The entries that are gone.
  package func remove(vm: String) -> [Entry] {
    let gone = all.filter { $0.vm == vm }
    for entry in gone { entries[entry.identity] = nil }
    order.removeAll { entries[$0] == nil }
    return gone
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
