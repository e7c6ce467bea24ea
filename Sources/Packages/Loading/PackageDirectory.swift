import FoundationEssentials

/// One package on disk.
struct PackageDirectory {
  /// The directory, as an absolute path.
  let path: String

  /// Reads what the host needs to know about the package.
  ///
  /// - Returns: The package, failed if its metadata cannot be used.
  func load() -> LoadedPackage {
    // Looked at first: a file that changes while it is read looks different the next time.
    let fingerprint = PackageFingerprint(of: path)
    let file = path + "/package-meta-data.xml"
    var reader = MetadataReader(file: file)
    var package = LoadedPackage(
      name: String(path.split(separator: "/").last ?? "/"), directory: path, state: .ok, fingerprint: fingerprint)
    do throws(PackageError) {
      let metadata = try reader.read(bytes(of: file))
      package.metadata = metadata
      package.warnings = metadata.warnings
    } catch {
      package.state = .failed(error)
    }
    package.name = reader.name ?? package.name
    package.yangDirectory = directory("src/yang")
    package.pythonDirectory = directory("python")
    package.virtualEnvironment = virtualEnvironment(in: package.pythonDirectory)
    package.warnings += warnings(about: package)
    return package
  }

  private func bytes(of file: String) throws(PackageError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: file)))
    } catch {
      throw PackageError("the file cannot be read; check its permissions", file: file)
    }
  }

  private func directory(_ name: String) -> String? {
    var isDirectory = false
    let directory = "\(path)/\(name)"
    return FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) && isDirectory ? directory : nil
  }

  /// The path in `use_venv`, which the start script activates.
  private func virtualEnvironment(in pythonDirectory: String?) -> String? {
    guard let pythonDirectory, let content = FileManager.default.contents(atPath: pythonDirectory + "/use_venv") else {
      return nil
    }
    return String(decoding: content, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
  }

  private func warnings(about package: LoadedPackage) -> [String] {
    guard let metadata = package.metadata else { return [] }
    var warnings: [String] = []
    if let oldest = metadata.ncsMinVersions.min(), oldest > LoadPlan.ncsVersion {
      warnings.append("\(metadata.file): the package wants NSO \(oldest) or later; this is \(LoadPlan.ncsVersion)")
    }
    if metadata.callpointModel == .multiprocessing, let vmName = metadata.pythonPackage?.vmName {
      warnings.append(
        "\(metadata.file):\(vmName.line): vm-name \(vmName.value) is ignored: only packages in the threading model share a VM"
      )
    }
    if package.isPython, package.pythonDirectory == nil {
      warnings.append("\(metadata.file): the package has a Python class but no directory python")
    }
    return warnings
  }
}
