import Callpoints
import JSON

extension JSONValue {
  /// The string that a method needs.
  ///
  /// - Parameter name: The parameter.
  /// - Returns: The parameter's value.
  /// - Throws: ``CallError`` of kind `invalid-request` if it is missing or not a string.
  func requiredString(_ name: String) throws(CallError) -> String {
    guard let value = self[name]?.string else {
      throw CallError(.invalidRequest, "the parameter '\(name)' must be a string")
    }
    return value
  }

  /// The number of a transaction or request that a method needs.
  ///
  /// - Parameter name: The parameter.
  /// - Returns: The parameter's value.
  /// - Throws: ``CallError`` of kind `invalid-request` if it is missing or not a number.
  func requiredNumber(_ name: String) throws(CallError) -> UInt64 {
    guard let value = self[name]?.uint else {
      throw CallError(.invalidRequest, "the parameter '\(name)' must be a whole number")
    }
    return value
  }
}
