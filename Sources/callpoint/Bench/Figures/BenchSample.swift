/// What one round of a mode with a number of parallel requests came to.
struct BenchSample {
  /// What the load generator saw.
  let outcome: LoadOutcome
  /// The processor time that the host's processes took meanwhile, in seconds.
  let seconds: ByRole<Double>
  /// How many processors everything else on the machine kept busy; `nil` if it cannot be told.
  let otherCores: Double?
  /// The memory that they have for themselves at the end, in bytes.
  let privateBytes: ByRole<Int>
}
