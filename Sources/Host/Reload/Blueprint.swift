import Packages

/// What a VM is started from: its plan, and how the files look that it will read.
struct Blueprint: Hashable {
  /// What runs in it.
  let plan: VMPlan
  /// The files of its packages and of those that they require, by package.
  let files: [String: PackageFingerprint]
}

extension PackageSet {
  /// The VMs that the packages need, in load order.
  var blueprints: [Blueprint] { plan.vms.map { Blueprint(plan: $0, files: files(of: $0)) } }
}
