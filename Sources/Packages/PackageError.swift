/// Why a package cannot be used: what is wrong, and in which file and line.
package struct PackageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in a sentence without the place.
  package let message: String
  /// The file at fault, or `nil` if the message names the place itself.
  package let file: String?
  /// The line in the file, counted from 1, where one is at fault.
  package let line: Int?

  /// Describes what is wrong with a package.
  ///
  /// - Parameters:
  ///   - message: What is wrong.
  ///   - file: The file at fault, if the message does not name the place itself.
  ///   - line: The line in the file.
  package init(_ message: String, file: String? = nil, line: Int? = nil) {
    self.message = message
    self.file = file
    self.line = line
  }

  /// The place and the message, as compilers write them.
  package var description: String {
    switch (file, line) {
    case (let file?, let line?): "\(file):\(line): \(message)"
    case (let file?, nil): "\(file): \(message)"
    case (nil, _): message
    }
  }
}
