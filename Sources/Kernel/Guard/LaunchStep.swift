import CLinux

/// The step at which a launch failed.
package enum LaunchStep: Hashable, Sendable, CustomStringConvertible {
  /// The request could not be made, sent or understood.
  case request
  /// There is no guard, and none can be started now.
  case guardian
  /// Its descriptors did not arrive or could not be put in place.
  case descriptors
  /// There can be no further process.
  case fork
  /// The parent-death signal could not be set.
  case parentDeathSignal
  /// No session of its own.
  case session
  /// The working directory cannot be entered.
  case directory
  /// The program cannot be executed.
  case execute

  init(_ step: Int32) {
    self =
      switch UInt32(bitPattern: step) {
      case CLINUX_STEP_DESCRIPTORS.rawValue: .descriptors
      case CLINUX_STEP_FORK.rawValue: .fork
      case CLINUX_STEP_ARM.rawValue: .parentDeathSignal
      case CLINUX_STEP_SESSION.rawValue: .session
      case CLINUX_STEP_DIRECTORY.rawValue: .directory
      case CLINUX_STEP_EXECUTE.rawValue: .execute
      default: .request
      }
  }

  package var description: String {
    switch self {
    case .request: "sending the request"
    case .guardian: "starting the guard"
    case .descriptors: "placing its descriptors"
    case .fork: "making a process"
    case .parentDeathSignal: "binding it to its parent"
    case .session: "making a session"
    case .directory: "entering the working directory"
    case .execute: "executing the program"
    }
  }
}
