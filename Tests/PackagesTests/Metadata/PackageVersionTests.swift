import Packages
import Testing

@Suite struct `Package version` {
  @Test(arguments: [
    ("1.0", "1.1"), ("1.9", "1.10"), ("2", "10"), ("1.0", "1.0.1"), ("6.7", "6.7.1"), ("3.0-discovery", "3.1"),
    ("", "0.1"), ("1.99999999999999999999", "2"),
  ])
  func `numbers between dots decide`(older: String, newer: String) {
    #expect(PackageVersion(older) < PackageVersion(newer))
    #expect(PackageVersion(newer) > PackageVersion(older))
    #expect(PackageVersion(older) != PackageVersion(newer))
  }

  @Test(arguments: [("1", "1.0.0"), ("3.0-discovery", "3.0"), ("01.2", "1.2")])
  func `missing parts are 0, and what follows the digits does not count`(one: String, other: String) {
    #expect(PackageVersion(one) == PackageVersion(other))
    #expect(PackageVersion(one).hashValue == PackageVersion(other).hashValue)
    #expect(PackageVersion(one).description == one)
  }
}
