import Foundation
import JSON

/// The files that a benchmark leaves in a directory of its user's.
struct ReportFiles {
  /// The directory cannot be written to.
  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  private let directory: String

  /// Makes the directory, before anything takes time.
  ///
  /// - Parameter directory: Its path; it may be there already.
  /// - Throws: ``Unusable`` if there can be no files in it.
  init(in directory: String) throws(Unusable) {
    self.directory = directory
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Unusable(description: "\(directory) cannot be made: \(error.localizedDescription)")
    }
    guard FileManager.default.isWritableFile(atPath: directory) else {
      throw Unusable(description: "\(directory) cannot be written to")
    }
  }

  /// Writes all files.
  ///
  /// - Parameter results: What they tell.
  /// - Returns: Their paths.
  /// - Throws: ``Unusable`` if one cannot be written.
  func write(_ results: BenchResults) throws(Unusable) -> [String] {
    let verdict = Verdict(results)
    let files = [
      ("results.json", ResultsDocument(results, verdict).json.pretty(indent: 2) + "\n"),
      ("results.csv", ResultsSheet(results).text), ("report.html", ReportPage(results, verdict).html),
    ]
    return try files.map { (name, text) throws(Unusable) in
      let path = "\(directory)/\(name)"
      do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      } catch {
        throw Unusable(description: "\(path) cannot be written: \(error.localizedDescription)")
      }
      return path
    }
  }
}
