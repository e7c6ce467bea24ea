import Glibc

/// Which file it is, whatever its name.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt
  private let inode: UInt

  /// The file at a path, and not what a symbolic link there leads to.
  package init(at path: String) throws(KernelFailure) {
    var status = stat()
    try checked("lstat") { lstat(path, &status) }
    self.init(status)
  }

  /// The file that is opened at a path.
  package init(openedAt path: String) throws(KernelFailure) {
    var status = stat()
    try checked("stat") { stat(path, &status) }
    self.init(status)
  }

  /// The open file.
  package init(of descriptor: borrowing Descriptor) throws(KernelFailure) {
    var status = stat()
    let number = descriptor.number
    try checked("fstat") { fstat(number, &status) }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
  }
}
