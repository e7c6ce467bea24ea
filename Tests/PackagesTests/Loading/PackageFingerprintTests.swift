import FoundationEssentials
import Glibc
import Packages
import Testing

@Suite struct `Package fingerprint` {
  private func fingerprint(_ tree: PackageTree) -> PackageFingerprint { PackageFingerprint(of: tree.path + "/a") }

  @Test(arguments: ["package-meta-data.xml", "python/m.py", "python/deep/er.py", "src/yang/a.yang", "load-dir/a.fxs"])
  func `a file that is changed, replaced or added changes it`(file: String) throws {
    let tree = try PackageTree()
    try tree.package("a")
    let before = fingerprint(tree)
    #expect(before == fingerprint(tree))
    try tree.write("a/\(file)", "one")
    let added = fingerprint(tree)
    #expect(added != before)
    try tree.write("a/\(file).new", "two")
    rename("\(tree.path)/a/\(file).new", "\(tree.path)/a/\(file)")
    #expect(fingerprint(tree) != added)
  }

  @Test func `what a running package or an editor writes beside it does not change it`() throws {
    let tree = try PackageTree()
    try tree.package("a")
    let before = fingerprint(tree)
    for file in ["python/__pycache__/m.cpython-311.pyc", "python/logs/x.log", "python/.m.py.swp", "README", "logs/y"] {
      try tree.write("a/\(file)", "x")
    }
    #expect(fingerprint(tree) == before)
  }

  @Test func `a link is followed, also one that leads back to where it stands`() throws {
    let tree = try PackageTree()
    try tree.package("a")
    try tree.write("elsewhere/lib.py", "one")
    symlink("../../elsewhere", tree.path + "/a/python/lib")
    symlink("..", tree.path + "/a/python/up")
    let before = fingerprint(tree)
    try tree.write("elsewhere/lib.py", "two, which is longer")
    #expect(fingerprint(tree) != before)
  }
}
