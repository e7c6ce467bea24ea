// swift-tools-version: 6.2
import PackageDescription

// Targets stand in the order of ARCHITECTURE.md: each imports only targets above it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  // Tests, which are debug builds, check it; what is shipped would spend an eighth of the host's instructions on it.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies, swiftSettings: strict)
}

let package = Package(
  name: "callpoint",
  products: [
    .executable(name: "callpoint", targets: ["callpoint"])
  ],
  targets: [
    .target(name: "CLinux"),
    .executableTarget(name: "callpoint-guard"),
    room("Kernel", ["CLinux"]),
    room("JSON", []),
    room("Packages", []),
    room("Yang", ["JSON"]),
    room("Datastore", ["JSON", "Yang"]),
    room("Callpoints", []),
    room("PythonVM", ["Kernel", "JSON", "Packages", "Callpoints"]),
    room("Host", ["Kernel", "JSON", "Packages", "Yang", "Datastore", "Callpoints", "PythonVM"]),
    .executableTarget(
      name: "callpoint", dependencies: ["callpoint-guard", "Kernel", "JSON", "Callpoints", "PythonVM", "Host"],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests(of: "Kernel", ["CLinux", "callpoint-guard"]),
    tests(of: "JSON"),
    tests(of: "Packages"),
    tests(of: "Yang", ["JSON"]),
    tests(of: "Datastore", ["JSON", "Yang"]),
    tests(of: "Callpoints"),
    tests(of: "PythonVM", ["JSON", "Kernel", "Packages"]),
    tests(of: "Host", ["JSON", "Kernel", "Yang", "Datastore"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["callpoint", "callpoint-guard", "JSON", "Kernel", "Callpoints", "TestSupport"],
      swiftSettings: strict),
  ]
)
