/// Something that the host, the VMs and the workers each have.
///
/// The guard counts as the host, a template and what callbacks on threads start as the VM, and what a worker's callbacks
/// start as the worker.
struct ByRole<Value> {
  /// The host's.
  var host: Value
  /// The VMs' together.
  var vm: Value
  /// The workers' together.
  var workers: Value

  /// Does the same for each role.
  func map<Result>(_ body: (Value) -> Result) -> ByRole<Result> {
    ByRole<Result>(host: body(host), vm: body(vm), workers: body(workers))
  }

  /// Puts two together, role by role.
  ///
  /// - Parameters:
  ///   - other: The other one.
  ///   - body: What is done for each role.
  /// - Returns: The results.
  func with<Other, Result>(_ other: ByRole<Other>, _ body: (Value, Other) -> Result) -> ByRole<Result> {
    ByRole<Result>(
      host: body(host, other.host), vm: body(vm, other.vm), workers: body(workers, other.workers))
  }
}

extension ByRole where Value: AdditiveArithmetic {
  /// What runs callbacks: the VMs and the workers.
  var callbacks: Value { vm + workers }

  /// All roles together.
  var total: Value { host + vm + workers }
}
