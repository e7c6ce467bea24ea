extension Duration {
  /// The duration in seconds, as people write it: `30` or `0.5`, to the millisecond.
  package var seconds: String {
    let milliseconds = Int((self / .milliseconds(1)).rounded())
    return milliseconds.isMultiple(of: 1000) ? String(milliseconds / 1000) : String(Double(milliseconds) / 1000)
  }
}
