#ifndef CLINUX_GUARD_WIRE_H
#define CLINUX_GUARD_WIRE_H

// What the host and the guard say to each other over a SOCK_SEQPACKET pair: one structure a message, both from the
// same build, so that there is no version in it. The guard answers every message, in order: a guard that does not is
// stopped or stuck, and the host kills it.

#include <stdint.h>

enum clinux_request_kind {
  // Four descriptors come with it: the plan, then 0, 1 and 2 of the process. The plan is `plan_size` bytes of
  // NUL-terminated strings: executable, directory (empty: the guard's own), arguments, environment.
  CLINUX_REQUEST_LAUNCH = 1,
  CLINUX_REQUEST_SIGNAL = 2,  // send `signal` to `pid`, if it is a launched process that has not been reaped
  CLINUX_REQUEST_SWEEP = 3,   // something below has died: kill what the guard adopted
};

#define CLINUX_PLAN_LIMIT (8u << 20)

struct clinux_request {
  uint32_t kind;
  int32_t pid;
  uint64_t launch;
  uint32_t plan_size;
  uint32_t argument_count;
  uint32_t variable_count;
  int32_t signal;
};

enum clinux_report_kind {
  CLINUX_REPORT_PROBED = 1,   // first of all; `value` is 1 if children die with their parent
  CLINUX_REPORT_STARTED = 2,  // `launch`, `pid`
  CLINUX_REPORT_FAILED = 3,   // `launch`, `step`, `value` is the errno
  CLINUX_REPORT_EXITED = 4,   // `pid`, `value` is the exit status, or minus the signal; answers nothing
  CLINUX_REPORT_DONE = 5,     // a signal has been sent, or a sweep made
};

enum clinux_launch_step {
  CLINUX_STEP_REQUEST = 1,      // the request could not be read
  CLINUX_STEP_DESCRIPTORS = 2,  // its descriptors did not arrive, or could not be put in place
  CLINUX_STEP_FORK = 3,
  CLINUX_STEP_ARM = 4,          // the parent-death signal could not be set
  CLINUX_STEP_SESSION = 5,
  CLINUX_STEP_DIRECTORY = 6,
  CLINUX_STEP_EXECUTE = 7,
};

struct clinux_report {
  uint32_t kind;
  int32_t pid;
  uint64_t launch;
  int32_t step;
  int32_t value;
};

#endif
