import Callpoints
import Foundation
import JSON
import TestSupport
import Testing

@testable import callpoint

@Suite struct `Bench figures` {
  // MARK: The schedule

  @Test func `a closed loop keeps as many requests on their way as it may, until its time is over`() {
    var schedule = LoadSchedule(parallel: 3, duration: .seconds(1))
    var now = Duration.zero
    for _ in 1...3 { #expect(schedule.next(at: now) == now) }
    #expect(schedule.next(at: now) == nil && schedule.nextDue == nil)
    now = .milliseconds(500)
    schedule.answered()
    #expect(schedule.next(at: now) == now && schedule.next(at: now) == nil)
    now = .seconds(1)
    schedule.answered()
    #expect(schedule.next(at: now) == nil && !schedule.isOver(at: now))
    for _ in 1...2 { schedule.answered() }
    #expect(schedule.isOver(at: now) && schedule.sent == 4 && schedule.unsent == 0)
  }

  @Test func `in an open loop due times are fixed, however late the answers are`() {
    var schedule = LoadSchedule(parallel: 1, duration: .seconds(1), rate: 10)
    #expect(schedule.next(at: .zero) == .zero)
    // The answer takes 350 ms: three more have become due meanwhile.
    #expect(schedule.next(at: .milliseconds(350)) == nil && schedule.nextDue == nil)
    var due: [Duration] = []
    for _ in 1...4 {
      schedule.answered()
      if let time = schedule.next(at: .milliseconds(350)) { due.append(time) }
      if schedule.inFlight == 0 { break }
    }
    #expect(due == [.milliseconds(100), .milliseconds(200), .milliseconds(300)])
    #expect(schedule.nextDue == .milliseconds(400))
  }

  @Test func `an open loop sends late what was due in time, but not for ever`() {
    var schedule = LoadSchedule(parallel: 1, duration: .seconds(1), rate: 4)
    #expect(schedule.next(at: .zero) == .zero)
    schedule.answered()
    #expect(schedule.next(at: .milliseconds(1900)) == .milliseconds(250))
    schedule.answered()
    #expect(!schedule.isOver(at: .milliseconds(1900)))
    #expect(schedule.next(at: .seconds(2)) == nil && schedule.isOver(at: .seconds(2)))
    #expect(schedule.unsent == 2)
  }

  @Test(arguments: 1...20) func `every schedule ends, and sends no request before it is due`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let rate = Bool.random(using: &random) ? Double.random(in: 1...500, using: &random) : nil
    var schedule = LoadSchedule(parallel: Int.random(in: 1...8, using: &random), duration: .seconds(1), rate: rate)
    var now = Duration.zero
    var steps = 0
    while !schedule.isOver(at: now), steps < 1_000_000 {
      steps += 1
      while let due = schedule.next(at: now) { #expect(due <= now && due < .seconds(1)) }
      #expect(schedule.inFlight <= schedule.parallel)
      now += .microseconds(Int.random(in: 1...5000, using: &random))
      if schedule.inFlight > 0, Int.random(in: 0..<3, using: &random) > 0 { schedule.answered() }
    }
    #expect(schedule.isOver(at: now) && schedule.inFlight == 0)
    if let rate { #expect(schedule.sent + schedule.unsent == Int(rate.rounded(.up))) }
  }

  // MARK: Figures

  @Test func `percentiles are those of the sorted times, to a hundredth`() {
    var random = SeededGenerator(seed: 7)
    for count in [1, 2, 10, 999, 5000] {
      var tally = LatencyTally()
      let times = (0..<count).map { _ in Duration.nanoseconds(Int64(pow(10, Double.random(in: 0...10, using: &random))))
      }
      for time in times { tally.record(time) }
      let sorted = times.sorted()
      for share in [0.01, 0.5, 0.9, 0.99, 1] {
        let exact = sorted[max(0, Int((Double(count) * share).rounded(.up)) - 1)]
        let told = tally.quantile(share) ?? .zero
        #expect(told >= exact && told <= exact * 1.01, "\(share) of \(count): \(told), not \(exact)")
      }
      #expect(tally.count == count && tally.maximum == sorted.last && tally.quantile(1) == sorted.last)
    }
    #expect(LatencyTally().quantile(0.5) == nil)
  }

  @Test func `two tallies together are the tally of both`() {
    var (one, other, both) = (LatencyTally(), LatencyTally(), LatencyTally())
    for time in 1...100 {
      if time.isMultiple(of: 3) { one.record(.microseconds(time)) } else { other.record(.milliseconds(time)) }
      both.record(time.isMultiple(of: 3) ? .microseconds(time) : .milliseconds(time))
    }
    one.add(other)
    #expect(one.count == 100 && one.maximum == both.maximum)
    for share in [0.1, 0.33, 0.5, 0.99] { #expect(one.quantile(share) == both.quantile(share)) }
  }

  @Test func `errors of one kind are counted together under the first message`() {
    var tally = ErrorTally()
    tally.add("busy", "first")
    tally.add("timeout", "late")
    tally.add("busy", "second")
    tally.add("not-sent", "never", count: 0)
    var sum = ErrorTally()
    sum.add(tally)
    sum.add(tally)
    #expect(sum.count == 6)
    #expect(
      sum.entries == [
        ErrorTally.Entry(kind: "busy", count: 4, message: "first"),
        ErrorTally.Entry(kind: "timeout", count: 2, message: "late"),
      ])
  }

  @Test(arguments: [
    (0.0, "0"), (0.01234, "0.012"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (999.6, "1,000"),
    (1234.5, "1,234"), (1_234_567, "1,234,567"), (123.4, "123"),
  ])
  func `figures are written with the digits that count`(value: Double, text: String) {
    #expect(Figure.text(value) == text)
  }

  @Test func `processors are told in one unit`() {
    #expect(
      Figure.cores(0.976) == "0.98 of a core" && Figure.cores(1.6) == "1.60 cores" && Figure.cores(1) == "1.00 cores")
    #expect(Figure.cores([0.02, 0.07, 0.05]) == "0.02 to 0.07 of a core")
    #expect(Figure.cores([0.5, 1.5]) == "0.50 to 1.50 cores" && Figure.cores([0.011, 0.012]) == "0.01 of a core")
  }

  // MARK: Requests

  @Test func `the number of a request stands wherever its mark is`() throws {
    let action = try RequestTemplate(action: "/a:b{v{n}}/c", input: "{ \"x\": {n}, \"y\" : \"a {n} \\\" b\" }")
    let (method, params) = try action.request(number: 17)
    #expect(method == "action" && !action.isCommit)
    #expect(params == ["path": "/a:b{v17}/c", "input": ["x": 17, "y": "a 17 \" b"]])
    let merge = try RequestTemplate(commit: "f.json", text: "{\n  \"a:b\": [{\"k\": \"{n}\"}]\n}\n")
    #expect(
      try merge.request(number: 3).params == ["edits": [["op": "merge", "path": "/", "value": ["a:b": [["k": "3"]]]]]])
    #expect(merge.isCommit)
    let edits = try RequestTemplate(commit: "f.json", text: "[{\"op\": \"delete\", \"path\": \"/a:b{v{n}}\"}]")
    #expect(try edits.request(number: 3).params == ["edits": [["op": "delete", "path": "/a:b{v3}"]]])
    var line: [UInt8] = []
    merge.append(number: 5, to: &line)
    #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1 && line.last == UInt8(ascii: "\n"))
  }

  @Test func `what commits created goes from the top, services first, the last before the first`() {
    var created = CreatedNodes()
    for path in [
      "/v:vlans/vlan{a}", "/v:vlans/vlan{a}/site{1}", "/d:device{x}/if{1}", "/v:vlans/vlan{\"b}{\\\"c\"}",
      "/d:device{x}/if{1}",
    ] {
      created.add(path)
    }
    #expect(
      created.byTurns(servicePaths: ["/v:vlans/vlan"]) == [
        ["/v:vlans/vlan{\"b}{\\\"c\"}", "/v:vlans/vlan{a}"], ["/d:device{x}/if{1}"],
      ])
    #expect(CreatedNodes().byTurns(servicePaths: ["/v:vlans/vlan"]).isEmpty)
  }

  @Test func `of an answer the number, the error and what a commit created are read`() throws {
    func read(_ text: String, isCommit: Bool = false) throws -> LoadAnswer {
      try Array(text.utf8).withUnsafeBytes { bytes in try LoadAnswer(bytes) { _ in isCommit } }
    }
    let done = try read("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"output\":{\"a\":[1]}}}")
    #expect(done.number == 7 && done.refusal == nil && done.created == [])
    let changes =
      "[{\"op\":\"create\",\"path\":\"/a{1}\",\"new\":{\"k\":[1]}},{\"op\":\"set\",\"path\":\"/b\"},{\"op\":\"create\",\"path\":\"/c\"}]"
    let commit = try read(
      "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{\"transaction\":2,\"changes\":\(changes)}}", isCommit: true)
    #expect(commit.created == ["/a{1}", "/c"])
    let refused = try read(
      "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32000,\"message\":\"no\",\"data\":{\"kind\":\"busy\"}}}")
    #expect(refused.refusal?.kind == "busy" && refused.refusal?.message == "no")
    #expect(throws: JSONError.self) { try read("{\"id\":") }
  }

  // MARK: Plots

  @Test(arguments: [
    [0, 0, 1], [1, 0, 0.2, 0.4, 0.6, 0.8, 1], [0.93, 0, 0.2, 0.4, 0.6, 0.8, 1], [7, 0, 2, 4, 6, 8],
    [20.8, 0, 5, 10, 15, 20, 25], [724, 0, 200, 400, 600, 800], [5e4, 0, 1e4, 2e4, 3e4, 4e4, 5e4],
  ])
  func `an axis begins at zero and ends at a round number above the largest value`(example: [Double]) {
    let ticks = example.dropFirst()
    let scale = LinearScale(to: example[0])
    #expect(scale.ticks.count == ticks.count)
    for (one, other) in zip(scale.ticks, ticks) { #expect(abs(one - other) < 1e-9, "\(scale.ticks)") }
    #expect(scale.position(of: 0) == 0 && scale.position(of: scale.end) == 1)
  }

  @Test(arguments: 1...50) func `an axis has room for its largest value and few marks`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let largest = pow(10, Double.random(in: -6...9, using: &random))
    let scale = LinearScale(to: largest)
    #expect(scale.end >= largest * (1 - 1e-9) && scale.end <= largest * 2.6)
    #expect((3...6).contains(scale.ticks.count), "\(scale.ticks)")
  }

  @Test func `each doubling of parallel requests takes as much room`() {
    let scale = DoublingScale(ticks: [1, 2, 4, 8, 16])
    for (index, tick) in scale.ticks.enumerated() { #expect(abs(scale.position(of: tick) - Double(index) / 4) < 1e-9) }
    #expect(DoublingScale(ticks: [8]).position(of: 8) == 0.5)
  }

  @Test(arguments: 1...50) func `names of lines never lie on one another`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let wanted = (0..<2).map { _ in Double.random(in: 0...100, using: &random) }
    let heights = [12.0, 24.0]
    let places = LabelPlacement.places(wanted: wanted, heights: heights, within: 0...100)
    #expect(abs(places[0] - places[1]) >= 18 - 1e-9)
    for (place, height) in zip(places, heights) {
      #expect(place >= height / 2 - 1e-9 && place <= 100 - height / 2 + 1e-9)
    }
    if abs(wanted[0] - wanted[1]) >= 18, wanted.allSatisfy({ (12...88).contains($0) }) { #expect(places == wanted) }
  }

  @Test func `markup holds any text, and an axis names round numbers briefly`() {
    #expect(Markup.element("b", ["a": "\"<&>"], Markup.text("<&>")) == "<b a=\"&quot;&lt;&amp;&gt;\">&lt;&amp;&gt;</b>")
    #expect([0, 0.5, 2.5, 10, 200, 12_500].map(Figure.tick) == ["0", "0.5", "2.5", "10", "200", "12,500"])
  }

  // MARK: Comparing

  @Test func `a mode wins only if it is ahead in every round and by more than noise`() {
    func winner(_ ratios: [Double]) -> ExecutionMode? {
      ModeComparison(threading: ratios.map { _ in 1 }, multiprocessing: ratios).winner
    }
    #expect(winner([1.4, 1.5, 1.6]) == .multiprocessing)
    #expect(winner([0.9, 0.5, 0.8]) == .threading)
    #expect(winner([1.4, 1.5, 0.99]) == nil)
    #expect(winner([1.01, 1.02, 1.02]) == nil)
    #expect(winner([1, 1, 1]) == nil)
  }
}
