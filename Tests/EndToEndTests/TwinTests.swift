import Foundation
import JSON
import Testing

@testable import callpoint

@Suite struct `Workers that are forked from one process` {
  @Test func `differ in what must be unique, and share what the package seeded itself`() throws {
    let package = FixturePackage(
      "twins",
      yang: """
        container twins {
          tailf:action draw { tailf:actionpoint twins-draw; output { leaf lot { type string; } } }
          tailf:action other { tailf:actionpoint twins-other; }
        }
        """,
      python: """
        import json, os, random, ssl, tempfile, time, uuid
        import ncs

        SEEDED = random.Random(7)

        class Draw(ncs.dp.Action):
            @ncs.dp.Action.action
            def cb_action(self, uinfo, name, kp, input, output):
                lot = {"pid": os.getpid(), "random": random.random(), "uuid": str(uuid.uuid4()), "time": str(uuid.uuid1()),
                       "file": tempfile.mktemp(), "tls": ssl.RAND_bytes(16).hex(), "seeded": SEEDED.random()}
                output.lot = json.dumps(lot)
                # Long enough for the other workers to be given the other requests.
                time.sleep(0.5)

        class Main(ncs.application.Application):
            def setup(self):
                random.random(), uuid.uuid4(), tempfile.mktemp()
                self.register_action("twins-draw", Draw)
                self.register_action("twins-other", Draw)
        """, multiprocessing: true)
    let host = try RunningHost(own: [package], options: ["--workers", "twins-draw=8", "--threads", "1"])
    _ = try host.status()
    var client = try host.connect()
    for _ in 1...8 { _ = try client.send("action", ["path": "/twins:twins/draw"]) }
    let lots = try (1...8).map { _ in
      try JSONValue(parsing: client.receive().result.get()["output"]?["lot"]?.string ?? "")
    }
    func different(_ what: String) -> Int { Set(lots.map { $0[what]?.text ?? "" }).count }
    #expect(different("pid") == 8)
    for what in ["random", "uuid", "time", "file", "tls"] { #expect(different(what) == 8, "\(what)") }
    #expect(different("seeded") == 1)
    try host.finish()
  }
}
