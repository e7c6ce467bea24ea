#ifndef CLINUX_CHILDREN_H
#define CLINUX_CHILDREN_H

// Which processes are our children? /proc/PID/task/TID/children would say, but many kernels are built without it, so
// every process's parent is read. Both users, the guard and the host, ask only when something has died.

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Reads a stat file of /proc, of a process or of one of its threads. What stands behind the name, as in " S 7 …", or NULL
// if the process is gone: it chooses its own name, which may hold blanks and parentheses.
static const char *clinux_stat(int directory, const char *path, char *text, size_t size) {
  int descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  ssize_t count = read(descriptor, text, size - 1);
  close(descriptor);
  text[count < 0 ? 0 : count] = 0;
  const char *end_of_name = strrchr(text, ')');
  return end_of_name ? end_of_name + 1 : NULL;
}

// The parent of a process, from /proc/PID/stat; 0 if the process is gone. Also whether it is dead: a zombie without
// further threads. One whose first thread has ended shows as a zombie too, and still has its children.
static pid_t clinux_parent_of(const char *pid, bool *is_dead) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  const char *after_name = clinux_stat(AT_FDCWD, path, text, sizeof text);
  char state = 0;
  int parent = 0, threads = 0;
  static const char fields[] = " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d";
  if (!after_name || sscanf(after_name, fields, &state, &parent, &threads) != 3) return 0;
  *is_dead = state == 'Z' && threads <= 1;
  return parent;
}

// Calls `visit` for every child of this process, zombies included. -1 if /proc cannot be read.
static int clinux_each_child(void (*visit)(pid_t child, bool is_dead, void *context), void *context) {
  DIR *processes = opendir("/proc");
  if (!processes) return -1;
  pid_t self = getpid();
  for (struct dirent *entry; (entry = readdir(processes));) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    bool is_dead = false;
    if (clinux_parent_of(entry->d_name, &is_dead) == self) visit((pid_t)atoi(entry->d_name), is_dead, context);
  }
  closedir(processes);
  return 0;
}

struct clinux_hunt {
  pid_t but;
  int found;
};

static void clinux_kill_and_reap(pid_t child, bool is_dead, void *context) {
  struct clinux_hunt *hunt = context;
  if (child == hunt->but) return;
  kill(child, SIGKILL);
  // A dead one that cannot be reaped is a debugger's: it has handed its children on.
  siginfo_t info = {0};
  bool is_reaped = waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == child;
  if (is_reaped || !is_dead) hunt->found++;
}

// Kills every child but one and reaps those that have ended. Returns how many it found, -1 if /proc cannot be read. A child
// that ends hands its own children on: they are all gone once none is found.
static int clinux_kill_children_but(pid_t but) {
  struct clinux_hunt hunt = {.but = but};
  return clinux_each_child(clinux_kill_and_reap, &hunt) < 0 ? -1 : hunt.found;
}

#endif
