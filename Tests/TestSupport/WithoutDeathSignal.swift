/// A program that becomes another on a system without a parent-death signal, as some containers are.
///
/// - Parameters:
///   - errno: The error with which the call fails; with 0 it seems to succeed and does nothing.
///   - executable: The program that it becomes, with its own arguments.
/// - Returns: The text of the program.
package func programWithoutDeathSignal(failingWith errno: Int32, executable: String) -> String {
  """
  #!/usr/bin/env python3
  import ctypes, os, platform, struct, sys
  PRCTL = {"x86_64": 157, "aarch64": 167}[platform.machine()]
  program = b"".join(struct.pack("HBBI", *instruction) for instruction in [
      (0x20, 0, 0, 0),                         # the number of the call
      (0x15, 0, 3, PRCTL),
      (0x20, 0, 0, 16),                        # its first argument
      (0x15, 0, 1, 1),                         # PR_SET_PDEATHSIG
      (0x06, 0, 0, 0x00050000 | \(errno)),      # return the error
      (0x06, 0, 0, 0x7fff0000),                # allow
  ])
  buffer = ctypes.create_string_buffer(program)
  filter = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
  prctl = ctypes.CDLL(None, use_errno=True).prctl
  prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
  if prctl(38, 1, None, 0, 0) or prctl(22, 2, filter, 0, 0):
      sys.exit(os.strerror(ctypes.get_errno()))
  os.execv("\(executable)", sys.argv)

  """
}
