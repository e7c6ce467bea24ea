import Foundation

/// Finds YANG files and parses each at most once.
struct ModuleLibrary {
  /// What a directory offers: file names by the module name before `@` or `.yang`.
  private typealias Listing = [String: [String]]

  private let fallbacks: [String]
  /// What is read from memory, by directory.
  private let texts: [String: ModuleTexts]
  private var listings: [String: Listing] = [:]
  private var parsed: [String: Result<YangFile, YangError>] = [:]

  /// Creates a library that has read nothing yet.
  ///
  /// - Parameters:
  ///   - fallbacks: The directories that are searched last, the one that wins first.
  ///   - texts: Directories that are read from memory.
  init(fallbacks: [String], texts: [String: ModuleTexts] = [:]) {
    self.fallbacks = fallbacks
    self.texts = texts
  }

  /// Whether a file's name is one of a YANG module.
  static func isModule(_ name: String) -> Bool { name.hasSuffix(".yang") && !name.hasPrefix(".") }

  /// Every file of a directory that holds a module of its own, in the order of their names.
  ///
  /// - Parameter directory: The directory.
  /// - Returns: Paths; annotation files (`*-ann.yang`) are left out.
  /// - Throws: ``YangError`` if the directory cannot be read.
  mutating func paths(in directory: String) throws(YangError) -> [String] {
    try listing(of: directory).values.joined().sorted().filter { !$0.hasSuffix("-ann.yang") }.map {
      directory + "/" + $0
    }
  }

  /// The names of the modules in a directory, as their file names have them; none if it could not be read.
  func modules(in directory: String) -> [String] { listings[directory].map { Array($0.keys) } ?? [] }

  /// The parsed file at a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: The file.
  /// - Throws: ``YangError`` if it cannot be read or is not YANG.
  mutating func file(_ path: String) throws(YangError) -> YangFile {
    if let known = parsed[path] { return try known.get() }
    let result: Result<YangFile, YangError>
    do throws(YangError) {
      result = .success(try YangFile(try read(path), path: path))
    } catch {
      result = .failure(error)
    }
    parsed[path] = result
    return try result.get()
  }

  /// Finds a module or submodule by name.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - revision: The revision it must have, or `nil` for the newest.
  ///   - directories: Where to look before the fallbacks.
  /// - Returns: The file, or `nil` if no directory has it.
  /// - Throws: ``YangError`` if a file with the name is not YANG.
  mutating func find(_ name: String, revision: String?, in directories: [String]) throws(YangError) -> YangFile? {
    // An installation's module does not prefer its neighbours to the ones that win over them.
    for place in directories.filter({ !fallbacks.contains($0) }) + fallbacks {
      var best: YangFile?
      for candidate in try listing(of: place)[name] ?? [] {
        let file = try file(place + "/" + candidate)
        guard file.name == name, revision == nil || revision == file.revision else { continue }
        if file.revision >= best?.revision ?? "" { best = file }
      }
      if let best { return best }
    }
    return nil
  }

  private mutating func listing(of directory: String) throws(YangError) -> Listing {
    if let known = listings[directory] { return known }
    var listing: Listing = [:]
    let names: [String]
    do {
      // A package without `src/yang` has no modules, which is no error.
      if let texts = texts[directory] {
        names = Array(texts.files.keys)
      } else {
        let isThere = FileManager.default.fileExists(atPath: directory)
        names = isThere ? try FileManager.default.contentsOfDirectory(atPath: directory) : []
      }
    } catch {
      throw YangError(
        source: SourceLocation(file: directory, line: 1),
        message: "the directory cannot be read: \(error.localizedDescription); expected a readable directory")
    }
    for name in names.sorted() where Self.isModule(name) {
      let stem = name.dropLast(".yang".count)
      listing[String(stem.prefix { $0 != "@" }), default: []].append(name)
    }
    listings[directory] = listing
    return listing
  }

  private func read(_ path: String) throws(YangError) -> [UInt8] {
    if let slash = path.lastIndex(of: "/"), let texts = texts[String(path[..<slash])],
      let text = texts.files[String(path[path.index(after: slash)...])]
    {
      return text
    }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw YangError(
        source: SourceLocation(file: path, line: 1),
        message: "the file cannot be read: \(error.localizedDescription); expected a readable file")
    }
  }
}
