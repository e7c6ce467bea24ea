#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLinux.h"
#include "children.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

// MARK: signals

int clinux_ignore_write_signals(void) {
  return signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR ? -1 : 0;
}

int clinux_signal_descriptor(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) {
    if (sigaddset(&set, signals[i]) < 0) return -1;
  }
  int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (failure) {
    errno = failure;
    return -1;
  }
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  if (count == sizeof info) return (int)info.ssi_signo;
  return count < 0 && errno == EAGAIN ? 0 : -1;
}

// MARK: processes

int clinux_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

int clinux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int clinux_is_subreaper(void) {
  int is = 0;
  return prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0) < 0 ? -1 : is;
}

int clinux_process_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_signal_process(int process_descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0);
}

bool clinux_computes(pid_t pid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = opendir(path);
  if (!threads) return false;
  bool computes = false;
  for (struct dirent *entry; !computes && (entry = readdir(threads));) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%.20s/stat", entry->d_name);
    const char *after_name = clinux_stat(dirfd(threads), path, text, sizeof text);
    computes = after_name && strncmp(after_name, " R ", 3) == 0;
  }
  closedir(threads);
  return computes;
}

int clinux_reap(pid_t pid, bool wait, int *status) {
  siginfo_t info = {0};
  int result;
  while ((result = waitid(P_PID, (id_t)pid, &info, WEXITED | (wait ? 0 : WNOHANG))) < 0 && errno == EINTR) {
  }
  if (result < 0) return -1;
  if (info.si_pid == 0) return 0;
  *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return 1;
}

int clinux_kill_children(pid_t but) { return clinux_kill_children_but(but); }

// MARK: starting the guard

struct guard_start {
  const char *executable;
  char *const *arguments;
  int socket;
  int nothing;  // /dev/null
  int failure;
};

// Runs in the child, on the parent's memory while the parent waits: system calls only. All signals are blocked and
// stay so across exec; the guard itself resets what it inherits.
static int run_guard(void *context) {
  struct guard_start *start = context;
  // Lifted first: the socket may be one of the numbers that are about to be overwritten.
  int socket = fcntl(start->socket, F_DUPFD_CLOEXEC, 4);
  int nothing = fcntl(start->nothing, F_DUPFD_CLOEXEC, 4);
  if (setsid() >= 0 && socket >= 0 && nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(nothing, 1) >= 0 &&
      dup2(socket, 3) >= 0) {
    execve(start->executable, start->arguments, environ);
  }
  start->failure = errno;
  _exit(127);
}

pid_t clinux_start_guard(const char *executable, char *const arguments[], int socket, int *process_descriptor) {
  enum { stack_size = 64 << 10 };
  struct guard_start start = {.executable = executable, .arguments = arguments, .socket = socket};
  char *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  start.nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (start.nothing < 0) {
    int saved = errno;
    munmap(stack, stack_size);
    errno = saved;
    return -1;
  }

  // Every signal is blocked around `clone`: a handler of ours must not run in the child, on our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t pid = clone(
      run_guard, stack + stack_size, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, process_descriptor);
  int failure = pid < 0 ? errno : start.failure;
  pthread_sigmask(SIG_SETMASK, &before, NULL);

  close(start.nothing);
  munmap(stack, stack_size);
  if (pid > 0 && failure) {
    close(*process_descriptor);
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR) {
    }
  }
  errno = failure;
  return failure ? -1 : pid;
}
