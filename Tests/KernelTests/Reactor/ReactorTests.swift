import Glibc
import Kernel
import Testing

@Suite struct `The reactor` {
  let reactor: Reactor

  init() throws {
    reactor = try Reactor()
    reactor.after(.seconds(20)) { [reactor] in
      Issue.record("nothing stopped the reactor")
      reactor.stop()
    }
  }

  @Test func `timers fire in the order of their deadlines, one of the past at once`() {
    var fired: [String] = []
    reactor.after(.seconds(3600)) { fired.append("never") }
    reactor.after(.zero) { fired.append("first") }
    reactor.after(.seconds(-5)) { fired.append("past") }
    reactor.after(.milliseconds(1)) { fired.append("middle") }
    reactor.after(.milliseconds(2)) { [reactor] in
      fired.append("late")
      reactor.stop()
    }
    reactor.run()
    #expect(fired == ["first", "past", "middle", "late"])
  }

  @Test func `a timer does not fire before its time`() {
    let start = reactor.now
    var end = start
    reactor.after(.microseconds(1500)) { [reactor] in
      end = reactor.now
      reactor.stop()
    }
    reactor.run()
    #expect(end - start >= .microseconds(1500))
  }

  @Test func `after a series of brief waits a timer has its time, and events come still`() throws {
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    // A pipe whose other end is closed is readable.
    pipe.takeWriteEnd().close()
    var (events, start, end) = (0, reactor.now, reactor.now)
    var watches: [Registration] = []
    watches.append(
      try reactor.watch(reader.number, .readable) { [reactor] _ in
        events += 1
        if events == 200 {
          reactor.change(watches[0], to: [])
          start = reactor.now
          reactor.after(.milliseconds(3)) {
            end = reactor.now
            reactor.change(watches[0], to: .readable)
          }
        } else if events > 200 {
          reactor.stop()
        }
      })
    reactor.run()
    for watch in watches { reactor.cancel(watch) }
    #expect(events == 201)
    #expect(end - start >= .milliseconds(3))
  }

  @Test func `a cancelled timer never fires, also when its time has come`() {
    var fired: [String] = []
    var second: Kernel.Timer?
    reactor.after(.zero) { [reactor] in
      fired.append("first")
      if let second { reactor.cancel(second) }
    }
    second = reactor.after(.zero) { fired.append("second") }
    reactor.after(.milliseconds(1)) { [reactor] in reactor.stop() }
    reactor.run()
    #expect(fired == ["first"])
  }

  @Test func `deferred work comes after the batch and may defer more`() {
    var order: [String] = []
    reactor.after(.zero) { [reactor] in
      reactor.defer {
        order.append("deferred")
        reactor.defer {
          order.append("again")
          reactor.stop()
        }
      }
      order.append("handler")
    }
    reactor.after(.zero) { order.append("same batch") }
    reactor.run()
    #expect(order == ["handler", "same batch", "deferred", "again"])
  }

  @Test func `what has come before a timer was due is told before it, and what is deferred then too`() throws {
    var order: [String] = []
    reactor.after(.zero) { [reactor] in
      order.append("timer")
      reactor.stop()
    }
    var pipe = try Descriptor.pipe()
    let reader = pipe.takeReadEnd()
    // A pipe whose other end is closed is readable.
    pipe.takeWriteEnd().close()
    let watch = try reactor.watch(reader.number, .readable) { [reactor] _ in
      if order.isEmpty { reactor.defer { order.append("deferred") } }
      order.append("event")
    }
    reactor.run()
    reactor.cancel(watch)
    #expect(order == ["event", "deferred", "timer"])
  }

  @Test func `an event of a watch that was cancelled in the same batch is dropped`() throws {
    // Both pipes are readable before the loop looks: whichever handler comes first cancels the other.
    var first = try Descriptor.pipe()
    var second = try Descriptor.pipe()
    let readers = DescriptorBundle()
    readers.add(first.takeReadEnd())
    readers.add(second.takeReadEnd())
    // A pipe whose other end is closed is readable.
    first.takeWriteEnd().close()
    second.takeWriteEnd().close()
    var called: [Int] = []
    var watches: [Registration] = []
    for (index, number) in readers.numbers.enumerated() {
      watches.append(
        try reactor.watch(number, .readable) { [reactor] _ in
          called.append(index)
          for watch in watches { reactor.cancel(watch) }
          reactor.defer { reactor.stop() }
        })
    }
    reactor.run()
    #expect(called.count == 1)
  }

  @Test func `an event of a descriptor that was closed does not reach its successor`() throws {
    var first = try Descriptor.pipe()
    var second = try Descriptor.pipe()
    let writers = DescriptorBundle()
    writers.add(first.takeWriteEnd())
    writers.add(second.takeWriteEnd())
    let readers = DescriptorBundle()
    readers.add(first.takeReadEnd())
    readers.add(second.takeReadEnd())
    var watches: [Registration] = []
    var called: [String] = []
    for index in 0...1 {
      let watch = try reactor.watch(readers.numbers[index], .readable) { [reactor] _ in
        called.append("first")
        // The other one is closed, and a silent pipe takes its number and its place in the table.
        for watch in watches { reactor.cancel(watch) }
        let number = readers.numbers[1 - index]
        do {
          var silent = try Descriptor.pipe()
          writers.add(silent.takeWriteEnd())
          let quiet = silent.takeReadEnd()
          #expect(dup2(quiet.number, number) == number)
          _ = try reactor.watch(number, .readable) { _ in called.append("successor") }
        } catch {
          Issue.record(error)
        }
        reactor.after(.milliseconds(1)) { reactor.stop() }
      }
      watches.append(watch)
    }
    for number in writers.numbers { #expect(write(number, "x", 1) == 1) }
    reactor.run()
    #expect(called == ["first"])
  }

  @Test func `a watch that waits for nothing is silent and can be woken up`() throws {
    var sockets = try Descriptor.socketPair()
    let ours = sockets.takeReadEnd()
    var heard: [Interest] = []
    let watch = try reactor.watch(ours.number, []) { [reactor] ready in
      heard.append(ready)
      reactor.stop()
    }
    sockets.takeWriteEnd().close()
    reactor.after(.milliseconds(2)) { [reactor] in
      #expect(heard.isEmpty)
      reactor.change(watch, to: .readable)
    }
    reactor.run()
    #expect(heard == [.readable])
  }

  @Test func `a descriptor that cannot be watched is refused with the call's name`() throws {
    let directory = try Descriptor.open("/", flags: O_RDONLY | O_DIRECTORY)
    let number = directory.number
    #expect(throws: KernelFailure(call: "epoll_ctl", errno: EPERM)) {
      try reactor.watch(number, .readable) { _ in }
    }
  }

  @Test func `signals come as events`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let reactor = try Reactor()
      var seen: [Int32] = []
      try reactor.onSignals([SIGTERM, SIGINT]) { signal in
        seen.append(signal)
        if seen.count == 2 { reactor.stop() }
      }
      raise(SIGTERM)
      raise(SIGINT)
      reactor.run()
      exit(Set(seen) == [SIGTERM, SIGINT] ? 7 : 1)
    }
  }
}
