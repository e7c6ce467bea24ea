#ifndef CLINUX_CHILDREN_H
#define CLINUX_CHILDREN_H

// Which processes are our children? /proc/PID/task/TID/children would say, but many kernels are built without it, so
// every process's parent is read. Both users, the guard and the host, ask only when something has died.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The parent of a process, from /proc/PID/stat; 0 if the process is gone.
static pid_t clinux_parent_of(const char *pid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return 0;
  text[count] = 0;
  // "12 (name) S 7 …": a process chooses its own name, which may hold blanks and parentheses, hence the last one.
  const char *after_name = strrchr(text, ')');
  int parent = 0;
  return after_name && sscanf(after_name + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

// Calls `visit` for every child of this process, zombies included. -1 if /proc cannot be read.
static int clinux_each_child(void (*visit)(pid_t child, void *context), void *context) {
  DIR *processes = opendir("/proc");
  if (!processes) return -1;
  pid_t self = getpid();
  for (struct dirent *entry; (entry = readdir(processes));) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (clinux_parent_of(entry->d_name) == self) visit((pid_t)atoi(entry->d_name), context);
  }
  closedir(processes);
  return 0;
}

#endif
