import Foundation

/// What a thread is trying, written to standard error if the process dies of it: a trap leaves no other trace of a seed.
enum TrapNote {
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]

  /// The thread's note: its length in eight bytes, then its text.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    guard pthread_key_create(&key, { free($0) }) == 0 else { preconditionFailure("no key for threads is left") }
    return key
  }()

  /// What was done about each signal before; the sanitizers have handlers of their own.
  nonisolated(unsafe) private static let former: UnsafeMutablePointer<sigaction> = {
    let former = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    for number in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in TrapNote.write(number) }
      action.sa_flags = SA_ONSTACK
      sigaction(number, &action, former + Int(number))
    }
    return former
  }()

  /// Replaces the thread's note.
  static func set(_ text: some Collection<UInt8>) {
    _ = former
    clear()
    guard let note = malloc(8 + text.count) else { return }
    note.storeBytes(of: text.count, as: Int.self)
    UnsafeMutableRawBufferPointer(start: note + 8, count: text.count).copyBytes(from: text)
    pthread_setspecific(key, note)
    provideStack()
  }

  /// Takes the thread's note back.
  static func clear() {
    free(pthread_getspecific(key))
    pthread_setspecific(key, nil)
  }

  /// A handler needs a stack of its own where the thread's has overflowed.
  private static func provideStack() {
    var present = stack_t()
    sigaltstack(nil, &present)
    guard present.ss_flags & Int32(SS_DISABLE) != 0, let room = malloc(64 << 10) else { return }
    // Threads of a test process live as long as it does, and so do their stacks.
    var own = stack_t(ss_sp: room, ss_flags: 0, ss_size: 64 << 10)
    sigaltstack(&own, nil)
  }

  /// Runs in a signal's handler: nothing is allocated here.
  private static func write(_ number: Int32) {
    if let note = pthread_getspecific(key) { _ = Foundation.write(2, note + 8, note.load(as: Int.self)) }
    // The instruction is run again when the handler returns, and the signal comes again.
    sigaction(number, former + Int(number), nil)
    if number == SIGABRT { raise(number) }
  }
}
