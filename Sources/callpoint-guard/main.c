// callpoint-guard: the parent of every Python VM.
//
// It launches what the host asks for, kills what it adopts, reports every exit when nothing of it is left, and when the
// host is gone, however it went, kills everything below itself and leaves. It is a program of its own, with one thread, because
//   - the parent-death signal follows the *thread* that forked, and threads of the host come and go;
//   - forking a large process with many threads is slow, and unsafe in what the child may do;
//   - processes that a callback starts do not inherit the signal: somebody must outlive the host and clean up. That is
//     also why the guard does not arm the signal for itself.
//
// It allocates only while it launches, blocks only in `poll` (and in `exec`, waiting for a child to leave it), and has
// no state but the tables of the processes that it launched.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../CLinux/children.h"
#include "../CLinux/include/guard_wire.h"
#include "../CLinux/trees.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { host_socket = 3, most_processes = 4096, parent_size = 32 };

// How long, in milliseconds, what is left may hold up the news of an exit: it cannot die, as it waits for a disk that is
// gone, and runs no more; or it is not of that process, as another one hands on children without end.
enum { patience = 1000 };

static pid_t launched[most_processes];
static int launched_count;
// Processes that have ended, while what they left behind has not.
static struct clinux_report departed[most_processes];
static int departed_count;
// When the first of them is reported at the latest.
static int64_t departed_until;
static bool children_die_with_parent;

// MARK: reports

// A host that is stopped makes this wait; a host that is gone makes it fail, and `poll` says so next.
static void report(struct clinux_report message) {
  while (send(host_socket, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void report_departed(void) {
  for (int i = 0; i < departed_count; i++) report(departed[i]);
  departed_count = 0;
}

static struct clinux_report failed(uint64_t launch, int step, int error) {
  return (struct clinux_report){.kind = CLINUX_REPORT_FAILED, .launch = launch, .step = step, .value = error};
}

// MARK: does the parent-death signal work?

// Asks for SIGKILL when the parent dies, then looks whether it had died before we asked. The parent is compared with
// the one we expect and not with 1: orphans are adopted by the nearest subreaper, which is us or the host.
static int arm(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return errno;
  if (getppid() != parent) _exit(127);
  return 0;
}

static void kill_and_reap(pid_t pid) {
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
}

static bool readable_within(int descriptor, int milliseconds) {
  struct pollfd wait = {.fd = descriptor, .events = POLLIN};
  int ready;
  while ((ready = poll(&wait, 1, milliseconds)) < 0 && errno == EINTR) {
  }
  return ready == 1;
}

// Tries it: fork A, A forks B, kill A, and B must be gone. Neither the kernel's version nor the result of `prctl` tells,
// as a sandbox may accept the call and do nothing. B holds the write end of a pipe: end of file is its death.
static bool probe_parent_death_signal(void) {
  int alive[2];
  if (pipe2(alive, O_CLOEXEC) < 0) return false;
  pid_t parent = fork();
  if (parent == 0) {
    pid_t self = getpid();
    if (fork() == 0) {
      close(alive[0]);
      pid_t pid = getpid();
      if (arm(self) != 0 || write(alive[1], &pid, sizeof pid) != sizeof pid) _exit(127);
    } else {
      close(alive[1]);
    }
    for (;;) pause();
  }
  close(alive[1]);
  bool works = false;
  if (parent > 0) {
    pid_t child = 0;
    bool armed = readable_within(alive[0], 5000) && read(alive[0], &child, sizeof child) == sizeof child;
    kill_and_reap(parent);
    works = armed && readable_within(alive[0], 1000);
    if (armed) kill_and_reap(child);
  }
  close(alive[0]);
  return works;
}

// MARK: the table of launched processes

static int index_of(pid_t pid) {
  for (int i = 0; i < launched_count; i++) {
    if (launched[i] == pid) return i;
  }
  return -1;
}

static bool can_be_reaped(pid_t child) {
  siginfo_t info = {0};
  return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

static void kill_stranger(pid_t child, bool is_dead, void *left) {
  if (index_of(child) >= 0) return;
  kill(child, SIGKILL);
  // A dead one that cannot be reaped is a debugger's: it has handed its children on.
  if (!is_dead || can_be_reaped(child)) ++*(int *)left;
}

// Kills what was adopted: the template and the workers of a VM that died, a daemon that a callback left behind. A child
// that dies hands on its own children, and its death wakes us to come here again. An exit is reported when nobody is
// left: the host then runs elsewhere what had not begun, and a worker that still lived could begin it too.
static void sweep(void) {
  int left = 0;
  if (clinux_each_child(kill_stranger, &left) < 0 || left == 0) report_departed();
}

static void reap(int signals) {
  struct signalfd_siginfo ignored;
  while (read(signals, &ignored, sizeof ignored) > 0) {
  }
  // One SIGCHLD may stand for many exits. Waiting for any child is right here: we have no others.
  for (;;) {
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0) break;
    int index = index_of(info.si_pid);
    if (index < 0) continue;
    launched[index] = launched[--launched_count];
    int value = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    if (departed_count == 0) departed_until = milliseconds() + patience;
    departed[departed_count++] =
        (struct clinux_report){.kind = CLINUX_REPORT_EXITED, .pid = info.si_pid, .value = value};
  }
  sweep();
}

// MARK: launching

struct plan {
  char *text;      // the strings
  char **strings;  // executable, directory, arguments and NULL, environment and NULL
  char **arguments;
  char **environment;
  char parent[parent_size];  // the variable that tells the process who its parent must be
};

// There is room for one variable more.
static void name_parent(char **environment, char *text) {
  static const char name[] = "CALLPOINT_PARENT=";
  snprintf(text, parent_size, "%s%d", name, (int)getpid());
  while (*environment && strncmp(*environment, name, sizeof name - 1) != 0) environment++;
  *environment = text;
}

// Returns 0 or an errno. Sizes and counts are checked against each other: nothing is read beyond the plan.
static int read_plan(int descriptor, const struct clinux_request *request, struct plan *plan) {
  size_t size = request->plan_size, arguments = request->argument_count, variables = request->variable_count;
  if (size == 0 || size > CLINUX_PLAN_LIMIT || arguments == 0 || arguments > size || variables > size) return EBADMSG;
  plan->text = malloc(size);
  plan->strings = calloc(arguments + variables + 5, sizeof(char *));
  if (!plan->text || !plan->strings) return ENOMEM;
  for (size_t have = 0; have < size;) {
    ssize_t count = pread(descriptor, plan->text + have, size - have, (off_t)have);
    if (count == 0) return EBADMSG;
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) have += (size_t)count;
  }
  if (plan->text[size - 1] != 0) return EBADMSG;
  plan->arguments = plan->strings + 2;
  plan->environment = plan->arguments + arguments + 1;
  size_t found = 0, wanted = 2 + arguments + variables;
  for (char *string = plan->text; string < plan->text + size; string += strlen(string) + 1) {
    if (found == wanted) return EBADMSG;
    plan->strings[found < 2 + arguments ? found : found + 1] = string;  // a NULL ends the arguments
    found++;
  }
  if (found != wanted) return EBADMSG;
  name_parent(plan->environment, plan->parent);
  return 0;
}

// As `execvpe`, but with the PATH of the new environment, not of ours. Returns only when it failed.
static int execute(const char *executable, const struct plan *plan) {
  if (strchr(executable, '/')) {
    execve(executable, plan->arguments, plan->environment);
    return errno;
  }
  const char *path = "/usr/local/bin:/usr/bin:/bin";
  for (char **variable = plan->environment; *variable; variable++) {
    if (strncmp(*variable, "PATH=", 5) == 0) path = *variable + 5;
  }
  int error = ENOENT;
  while (*path) {
    size_t length = strcspn(path, ":");
    char candidate[4096];
    if (length > 0 && length + 1 + strlen(executable) < sizeof candidate) {
      memcpy(candidate, path, length);
      candidate[length] = '/';
      strcpy(candidate + length + 1, executable);
      execve(candidate, plan->arguments, plan->environment);
      // Not here, look on; but remember that there was one that we may not run.
      if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return errno;
      if (errno == EACCES) error = EACCES;
    }
    path += length + (path[length] == ':');
  }
  return error;
}

struct failure {
  int step;
  int error;
};

// Between fork and exec. Returns only when a step failed. Everything we own is close-on-exec, so only 0, 1 and 2 stay.
static struct failure become(const struct plan *plan, const int *standard, pid_t guard) {
  int error;
  if (children_die_with_parent && (error = arm(guard)) != 0) return (struct failure){CLINUX_STEP_ARM, error};
  if (setsid() < 0) return (struct failure){CLINUX_STEP_SESSION, errno};
  // The sources are above 2, as `main` has filled 0, 1 and 2: none is overwritten before it has been copied.
  for (int i = 0; i < 3; i++) {
    if (dup2(standard[i], i) < 0) return (struct failure){CLINUX_STEP_DESCRIPTORS, errno};
  }
  const char *directory = plan->strings[1];
  if (*directory && chdir(directory) < 0) return (struct failure){CLINUX_STEP_DIRECTORY, errno};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return (struct failure){CLINUX_STEP_EXECUTE, execute(plan->strings[0], plan)};
}

static struct clinux_report fork_and_execute(uint64_t launch, const struct plan *plan, const int *standard) {
  if (launched_count + departed_count == most_processes) return failed(launch, CLINUX_STEP_FORK, EAGAIN);
  int trouble[2];
  if (pipe2(trouble, O_CLOEXEC) < 0) return failed(launch, CLINUX_STEP_DESCRIPTORS, errno);
  pid_t guard = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    struct failure failure = become(plan, standard, guard);
    ssize_t written = write(trouble[1], &failure, sizeof failure);
    _exit(written == sizeof failure ? 127 : 126);
  }
  int fork_error = errno;
  close(trouble[1]);
  struct failure failure;
  ssize_t count = 0;
  if (pid > 0) {
    // End of file: exec has closed the pipe, or the child was killed on its way, which its exit will tell.
    while ((count = read(trouble[0], &failure, sizeof failure)) < 0 && errno == EINTR) {
    }
  }
  close(trouble[0]);
  if (pid < 0) return failed(launch, CLINUX_STEP_FORK, fork_error);
  if (count == sizeof failure) {
    kill_and_reap(pid);
    return failed(launch, failure.step, failure.error);
  }
  launched[launched_count++] = pid;
  return (struct clinux_report){.kind = CLINUX_REPORT_STARTED, .launch = launch, .pid = pid};
}

static struct clinux_report launch(const struct clinux_request *request, const int *descriptors, int descriptor_count) {
  // The kernel drops descriptors for which our table has no room.
  if (descriptor_count != 4) return failed(request->launch, CLINUX_STEP_DESCRIPTORS, EMFILE);
  struct plan plan = {0};
  int error = read_plan(descriptors[0], request, &plan);
  struct clinux_report result = error != 0 ? failed(request->launch, CLINUX_STEP_REQUEST, error)
                                           : fork_and_execute(request->launch, &plan, descriptors + 1);
  free(plan.text);
  free(plan.strings);
  return result;
}

// MARK: requests

// False when the host has closed its end.
static bool serve_request(void) {
  struct clinux_request request;
  union {
    char bytes[CMSG_SPACE(4 * sizeof(int))];
    struct cmsghdr alignment;
  } control;
  struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(host_socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size <= 0) return size < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOMEM);

  int descriptors[4], descriptor_count = 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    descriptor_count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(descriptors, CMSG_DATA(header), (size_t)descriptor_count * sizeof(int));
  }
  struct clinux_report answer = {.kind = CLINUX_REPORT_DONE};
  if (size != sizeof request) {
    answer = failed(0, CLINUX_STEP_REQUEST, EBADMSG);
  } else if (request.kind == CLINUX_REQUEST_LAUNCH) {
    answer = launch(&request, descriptors, descriptor_count);
  } else if (request.kind == CLINUX_REQUEST_SIGNAL) {
    // Only we know whether the number still means this process: it cannot be given to another before we reap it.
    if (index_of(request.pid) >= 0) kill(request.pid, request.signal);
  } else if (request.kind == CLINUX_REQUEST_SWEEP) {
    sweep();
  } else {
    answer = failed(request.launch, CLINUX_STEP_REQUEST, EBADMSG);
  }
  for (int i = 0; i < descriptor_count; i++) close(descriptors[i]);
  report(answer);
  return true;
}

// MARK: the end

static bool has_children_after_reaping(void) {
  pid_t pid;
  while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
  }
  return pid == 0;
}

// Each death may hand us new children, so: kill all, wait for deaths, until there is nobody. To look for children is to
// look at every process of the system, and most that are handed on are dying already: we look again when deaths pause, or
// after so many, as they may never pause.
static void kill_everything(int signals) {
  for (int i = 0; i < launched_count; i++) kill(-launched[i], SIGKILL);
  while (clinux_kill_children_but(0) != 0) {
    struct signalfd_siginfo ignored;
    bool has_children = true;
    for (int turn = 0; turn < 16; turn++) {
      if (!(has_children = has_children_after_reaping()) || !readable_within(signals, 5)) break;
      while (read(signals, &ignored, sizeof ignored) > 0) {
      }
    }
    if (!has_children) break;
  }
}

// MARK: the beginning

// Leaves 0, 1, 2 and the socket open, whatever the host had open without close-on-exec.
static void own_descriptors(void) {
  if (syscall(SYS_close_range, host_socket + 1, ~0u, 0) < 0) {  // before Linux 5.9
    for (int descriptor = host_socket + 1; descriptor < sysconf(_SC_OPEN_MAX); descriptor++) close(descriptor);
  }
  fcntl(host_socket, F_SETFD, FD_CLOEXEC);
  int nothing;
  while ((nothing = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && nothing <= 2) {
  }
  if (nothing > 2) close(nothing);
}

// Default actions, so that what we launch inherits them (glibc would refuse 32 and 33), and all blocked: neither a
// terminal nor a stop of the whole control group, which sends SIGTERM to everybody, ends us before our children.
static int own_signals(void) {
  struct {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
  } defaults = {0};
  for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, &defaults, NULL, sizeof(uint64_t));
  sigset_t all, exits;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  sigemptyset(&exits);
  sigaddset(&exits, SIGCHLD);
  return signalfd(-1, &exits, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int count, char **arguments) {
  int type = 0;
  socklen_t size = sizeof type;
  if (count < 2 || getsockopt(host_socket, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET) {
    static const char usage[] = "callpoint-guard is a part of Callpoint; `callpoint serve` starts it.\n";
    return write(STDERR_FILENO, usage, sizeof usage - 1) < 0 ? 71 : 64;
  }
  own_descriptors();
  int signals = own_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

  // A host that dies closes its socket, unless a child of its own has a copy: hence the process descriptor as well.
  pid_t host = (pid_t)atoi(arguments[1]);
  int host_life = (int)syscall(SYS_pidfd_open, host, 0);
  if (host_life < 0 && errno == ENOSYS) {
    static const char needs[] = "callpoint-guard: this kernel has no pidfd_open; Linux 5.4 or later is needed\n";
    return write(STDERR_FILENO, needs, sizeof needs - 1) < 0 ? 71 : 69;
  }
  if (signals < 0 || host_life < 0 || getppid() != host) return 71;

  const char *temporary = NULL;
  bool may_arm = true;
  for (int i = 2; i < count; i++) {
    if (strcmp(arguments[i], "--no-parent-death-signal") == 0) may_arm = false;
    if (strcmp(arguments[i], "--temporary") == 0 && i + 1 < count) temporary = arguments[++i];
  }
  children_die_with_parent = may_arm && probe_parent_death_signal();
  report((struct clinux_report){.kind = CLINUX_REPORT_PROBED, .value = children_die_with_parent});

  struct pollfd waits[] = {
      {.fd = host_life, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = host_socket, .events = POLLIN}};
  for (;;) {
    int64_t left = departed_until - milliseconds();
    if (poll(waits, 3, departed_count == 0 ? -1 : left > 0 ? (int)left : 0) < 0) continue;  // ENOMEM is all it can be
    if (waits[0].revents) break;
    if (waits[1].revents) reap(signals);
    if (departed_count > 0 && milliseconds() >= departed_until) report_departed();
    if (waits[2].revents && !serve_request()) break;
  }
  kill_everything(signals);
  // The temporary directories of all that we launched; a host that was killed cannot remove them.
  if (temporary) clinux_remove_directory(temporary, LONG_MAX);
  return 0;
}
