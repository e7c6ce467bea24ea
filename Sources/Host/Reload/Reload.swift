import Callpoints
import Datastore
import Kernel
import Packages
import PythonVM

/// One reload, from what has changed on disk to the answer.
///
/// Owner: the reactor's thread. The VM of a package that changed gets its successor beside it, on trial: only when all its
/// components have come through setup() do the two change places, and the old one finishes what it has. A successor that
/// fails is ended, and the old one has not noticed anything.
final class Reload {
  /// Where it is.
  private enum Step {
    /// The model changes: requests that run under the old one may finish. Becomes `trying`.
    case draining
    /// Successors are on trial. Becomes `settling`.
    case trying
    /// Everything is in its place; what was started without a trial may take a moment. Becomes `over`.
    case settling
    case over
  }

  /// Successors on trial.
  private struct Trial: Equatable {
    let group: ExchangeGroup
    let machines: [VirtualMachine]

    static func == (left: Trial, right: Trial) -> Bool { left.group == right.group }
  }

  /// What has become of a package.
  struct Outcome {
    let package: String
    /// Whether the version on disk is the one that runs.
    let succeeded: Bool
    /// What was done, or why it could not be.
    let info: String
  }

  typealias Completion = (Result<[Outcome], CallError>) -> Void

  /// Whether the model changes: requests of clients wait until the reload is over.
  let changesModel: Bool

  private unowned let server: HostServer
  private let disk: PackageReading
  private let previous: PackageSet
  private let completion: Completion
  private var next: PackageSet
  private var step = Step.draining
  private var patience: Timer?
  private var trials: [Trial] = []
  /// What happened to packages, by name.
  private var notes: [String: String] = [:]
  /// Why the model could not go back with packages that stay as they were, if it could not.
  private var lastingModel: CallError?
  /// The data under the old model, and the store's revision since when they are not of it any more.
  private var before: (snapshot: Snapshot, revision: Int)?

  /// Finds out what has changed; nothing is touched yet.
  ///
  /// - Parameters:
  ///   - server: The host.
  ///   - disk: The packages as they are on disk.
  ///   - completion: Called once, with what happened to packages, by name.
  /// - Throws: ``CallError`` if the data do not fit the new model.
  init(of server: HostServer, to disk: PackageReading, completion: @escaping Completion) throws(CallError) {
    self.server = server
    self.disk = disk
    self.completion = completion
    previous = server.runtime.packages
    next = PackageSet(disk, over: previous)
    changesModel = next.schemaFile != previous.schemaFile
    // Whether the data fit is found out before anything else; they may change until the exchange.
    if changesModel { _ = try server.store.snapshot(under: next.schema) }
  }

  /// Begins; the completion may be called before this method returns.
  func begin() {
    guard changesModel else { return start() }
    patience = server.reactor.after(server.settings.grace) { [unowned self] in changeModel() }
    requestsMayHaveEnded()
  }

  /// The host stops: nothing more comes of it.
  func abandon(because error: CallError) {
    guard step != .over else { return }
    end()
    completion(.failure(error))
  }

  /// A VM's state has changed.
  func machineChanged() {
    switch step {
    case .draining, .over: break
    case .trying: decideIfTried()
    case .settling: finishIfSettled()
    }
  }

  // MARK: The model

  /// A client's request has ended.
  func requestsMayHaveEnded() {
    if step == .draining, server.clientRequests == 0 { changeModel() }
  }

  /// Puts the data under the new model, before anything starts that looks at them.
  private func changeModel() {
    if let patience { server.reactor.cancel(patience) }
    patience = nil
    do throws(CallError) {
      let old = server.store.snapshot
      try server.install(try server.store.snapshot(under: next.schema), of: next)
      before = (old, server.store.revision)
    } catch {
      end()
      let reason = "the packages stay as they were: \(error)"
      return completion(.failure(CallError(error.kind, reason, errno: error.errno)))
    }
    start()
  }

  /// Goes back to a model in which packages are older again.
  private func changeModelBack(from installed: PackageSet) {
    do throws(CallError) {
      if next.schemaFile == previous.schemaFile, let before, before.revision == server.store.revision {
        return try server.install(before.snapshot, of: next)
      }
      try server.install(try server.store.snapshot(under: next.schema), of: next)
    } catch {
      // What components wrote under the new model is not thrown away for the old one.
      server.log.write(.fail, ["process": "host", "reason": "the model cannot be changed back: \(error)"])
      next = next.under(installed)
      lastingModel = error
    }
  }

  // MARK: Trials

  private func start() {
    step = .trying
    let groups = ExchangeGroup.groups(from: server.runtime.blueprints, to: next.blueprints)
    let changing = groups.reduce(into: Set<String>()) { $0.formUnion($1.old) }
    for machine in server.runtime.machines where !changing.contains(machine.plan.name) {
      guard case .failed = machine.state else { continue }
      note(machine.plan.packages)
      machine.start()
    }
    for group in groups {
      let old = server.runtime.machines.filter { group.old.contains($0.plan.name) }
      if !group.new.isEmpty, old.contains(where: \.isWorthKeeping) {
        let machines = group.new.map { server.makeMachine($0.plan, isOnTrial: true) }
        trials.append(Trial(group: group, machines: machines))
        for machine in machines { server.runtime.invite(machine) }
      } else {
        exchangeAtOnce(group)
      }
    }
    for machine in trials.flatMap(\.machines) { machine.start() }
    decideIfTried()
  }

  private func decideIfTried() {
    guard step == .trying, trials.flatMap(\.machines).allSatisfy(\.isSettled) else { return }
    let installed = next
    let passed = judge()
    let failed = trials.filter { !passed.contains($0) }
    if next.schemaFile != installed.schemaFile { changeModelBack(from: installed) }
    exchange(passed)
    for machine in failed.flatMap(\.machines) { machine.stop() }
    // Packages that stay as they were may have kept others from their new versions, which were started without a trial.
    let untouched = failed.reduce(into: Set<String>()) { $0.formUnion($1.group.old) }
    for group in ExchangeGroup.groups(from: server.runtime.blueprints, to: next.blueprints)
    where group.old.isDisjoint(with: untouched) {
      exchangeAtOnce(group)
    }
    server.runtime.packages = next
    server.runtime.sort()
    step = .settling
    finishIfSettled()
  }

  /// Finds the trials that have passed; the packages of the others stay as they were, from now on in ``next``.
  private func judge() -> [Trial] {
    var passed = trials
    var reasons: [String: String] = [:]
    while true {
      var failures = passed.compactMap { trial in shortcoming(of: trial).map { (trial: trial, reason: $0) } }
      if failures.isEmpty, let rivalry = rivalry(among: passed) { failures = [rivalry] }
      if failures.isEmpty { return passed }
      for (trial, reason) in failures { for package in trial.group.packages { reasons[package] = reason } }
      passed.removeAll { trial in failures.contains { $0.trial == trial } }
      next = PackageSet(disk, over: previous, keeping: reasons)
    }
  }

  /// Why a trial has failed, if it has.
  private func shortcoming(of trial: Trial) -> String? {
    let old = server.runtime.machines.filter { trial.group.old.contains($0.plan.name) }
    if let reason = trial.machines.compactMap({ $0.shortcoming(besides: old) }).first { return reason }
    if trial.group.new.allSatisfy(next.blueprints.contains) { return nil }
    return trial.group.packages.compactMap { next.kept[$0] }.first ?? "what it requires stays as it was"
  }

  private func rivalry(among passed: [Trial]) -> (trial: Trial, reason: String)? {
    let entries = passed.flatMap(\.machines).flatMap(\.entries)
    guard let (vm, conflict) = server.table.conflict(replacing: names(of: passed), by: entries),
      let trial = passed.first(where: { $0.machines.contains { $0.plan.name == vm } })
    else { return nil }
    return (trial, "\(conflict)")
  }

  private func names(of trials: [Trial]) -> Set<String> { trials.reduce(into: []) { $0.formUnion($1.group.old) } }

  // MARK: The exchange

  /// Lets successors take their places; what waits goes to them, what has been sent ends where it is.
  private func exchange(_ passed: [Trial]) {
    let machines = passed.flatMap(\.machines)
    let old = names(of: passed)
    let gone = server.table.exchange(old, for: machines.flatMap(\.entries))
    let leaving = server.runtime.exchange(old, for: Array(zip(passed.flatMap(\.group.new), machines)))
    for machine in machines {
      machine.takeOver()
      note(machine.plan.packages)
    }
    for machine in leaving { machine.retire() }
    for entry in gone { server.withdraw(entry) }
  }

  /// Puts VMs in the places of others that serve nobody, or that nobody needs.
  private func exchangeAtOnce(_ group: ExchangeGroup) {
    let machines = group.new.map { server.makeMachine($0.plan, isOnTrial: false) }
    let leaving = server.runtime.exchange(group.old, for: Array(zip(group.new, machines)))
    let inherited = machines.flatMap { $0.inherit(from: leaving) }
    for machine in leaving { machine.retire() }
    for entry in server.table.exchange(group.old, for: inherited) { server.withdraw(entry) }
    for machine in machines {
      note(machine.plan.packages)
      machine.start()
    }
  }

  // MARK: The end

  private func finishIfSettled() {
    guard server.runtime.machines.allSatisfy(\.isSettled) else { return }
    end()
    completion(.success(outcomes))
  }

  private func end() {
    step = .over
    if let patience { server.reactor.cancel(patience) }
    patience = nil
  }

  /// Notes that packages' VMs were started.
  private func note(_ packages: [String]) {
    for package in packages {
      notes[package] = previous.editions[package] == nil ? "started" : "started again"
    }
  }

  /// What has become of each package, and of those that are gone.
  private var outcomes: [Outcome] {
    let present = server.report.packageErrors.map { name, error in outcome(of: name, error) }
    let gone = previous.plan.packages.map(\.name).filter { next.plan.package(named: $0) == nil }
    return present + gone.map { Outcome(package: $0, succeeded: true, info: "stopped: it is not there any more") }
  }

  private func outcome(of package: String, _ error: String?) -> Outcome {
    if let reason = next.kept[package] {
      let model = lastingModel.map { ", under the new model, which cannot go: \($0)" } ?? ""
      let info = "its new version does not load: \(reason); the old one keeps running\(model)"
      return Outcome(package: package, succeeded: false, info: info)
    }
    if let error { return Outcome(package: package, succeeded: false, info: error) }
    let isSame = previous.editions[package]?.package == next.editions[package]?.package
    return Outcome(package: package, succeeded: true, info: notes[package] ?? (isSame ? "unchanged" : "loaded again"))
  }
}
