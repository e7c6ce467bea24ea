import Glibc
import Synchronization

/// One thread for work that may block or take long; results come back on the reactor's thread.
///
/// Jobs run one after the other, in order. Letting the helper go waits for the job that runs.
package final class HelperThread {
  private let work: Work
  private let finished: Mailbox<UInt64>
  private let completions: Completions
  private let thread: pthread_t

  /// Starts the thread.
  package init(reactor: Reactor) throws(KernelFailure) {
    let completions = Completions()
    let work = try Work()
    var thread = pthread_t()
    finished = try reactor.mailbox { completions.settle($0) }
    let failure = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().serve() }
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    if failure != 0 {
      Unmanaged.passUnretained(work).release()
      throw KernelFailure(call: "pthread_create", errno: failure)
    }
    self.completions = completions
    self.work = work
    self.thread = thread
  }

  deinit {
    work.close()
    pthread_join(thread, nil)
  }

  /// Runs `job` on the thread, then `completion` with its result on the reactor's thread.
  package func run<Result: Sendable>(
    _ job: @escaping @Sendable () -> Result, then completion: @escaping (Result) -> Void
  ) {
    let outcome = Outcome<Result>()
    let finished = finished
    let number = completions.add {
      if let result = outcome.take() { completion(result) }
    }
    work.submit {
      outcome.put(job())
      finished.post(number)
    }
  }

  /// The place where a result waits for its completion.
  private final class Outcome<Result: Sendable>: Sendable {
    private let result = Mutex<Result?>(nil)

    func put(_ value: Result) { result.withLock { $0 = value } }
    func take() -> Result? { result.withLock { $0.take() } }
  }

  /// What is to be done on the reactor's thread when a job is over.
  private final class Completions {
    private var waiting: [UInt64: () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    func add(_ completion: @escaping () -> Void) -> UInt64 {
      lastNumber += 1
      waiting[lastNumber] = completion
      return lastNumber
    }

    func settle(_ number: UInt64) {
      waiting.removeValue(forKey: number)?()
    }
  }

  /// The jobs, and a pipe on which the thread waits for them.
  private final class Work: Sendable {
    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let bellReader: Int32
    private let bellWriter: Int32

    init() throws(KernelFailure) {
      var bell = try Descriptor.pipe()
      bellReader = bell.takeReadEnd().release()
      bellWriter = bell.takeWriteEnd().release()
    }

    deinit {
      Descriptor(owning: bellReader).close()
    }

    func submit(_ job: @escaping @Sendable () -> Void) {
      let wasEmpty = jobs.withLock { jobs in
        jobs.append(job)
        return jobs.count == 1
      }
      var ring: UInt8 = 1
      if wasEmpty { _ = write(bellWriter, &ring, 1) }
    }

    /// No job comes after this.
    func close() {
      Descriptor(owning: bellWriter).close()
    }

    func serve() {
      var ring: UInt8 = 0
      while read(bellReader, &ring, 1) == 1 {
        let batch = jobs.withLock { jobs in
          defer { jobs.removeAll() }
          return jobs
        }
        for job in batch { job() }
      }
    }
  }
}
