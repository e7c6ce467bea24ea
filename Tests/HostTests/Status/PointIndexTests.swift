import Callpoints
import Testing

@testable import Host

@Suite struct `Points of a schema` {
  @Test func `every point is found with its schema path`() {
    let points = PointIndex(Model.schema)
    let own = points.all.filter { $0.paths.contains { $0.hasPrefix("/ht:") } }
    #expect(
      own.map { "\($0.identity) \($0.paths.joined(separator: ","))" }.sorted() == [
        "action measure-point /ht:svc/measure", "service svc-point /ht:svc", "validation part-point /ht:svc/part",
        "validation size-point /ht:svc/size",
      ])
    #expect(points.paths(of: CallpointIdentity(kind: .action, name: "nowhere")).isEmpty)
  }
}
