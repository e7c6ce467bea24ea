#ifndef CLINUX_TREES_H
#define CLINUX_TREES_H

// Removing a directory with all that is in it, which somebody else may be changing: no link is ever followed, and
// nothing is done by a path that could come to mean something else. Both users, the guard and the host, remove what
// processes that are gone have left in their temporary directories.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { clinux_most_depth = 200 };

// Empties a directory, which is closed. 0: it is empty, 1: the budget of entries is spent, -1: something resists.
static int clinux_empty_directory(int directory, long *budget, int depth) {
  // What is in a directory that nobody may write cannot be removed; unpacked archives have such.
  fchmod(directory, 0700);
  DIR *entries = fdopendir(directory);
  if (!entries) {
    int failure = errno;
    close(directory);
    errno = failure;
    return -1;
  }
  int result = 0, failure = 0;
  for (struct dirent *entry; result != 1 && (entry = readdir(entries));) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if ((*budget)-- <= 0) {
      result = 1;
      break;
    }
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) continue;
    int below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0 && errno == EACCES && fchmodat(directory, name, 0700, 0) == 0) {
      below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    int emptied = -1;
    if (below >= 0) emptied = depth > 0 ? clinux_empty_directory(below, budget, depth - 1) : (close(below), errno = ELOOP, -1);
    if (emptied == 0 && unlinkat(directory, name, AT_REMOVEDIR) < 0) emptied = -1;
    if (emptied != 0) {
      failure = errno;
      result = emptied;
    }
  }
  closedir(entries);
  if (failure) errno = failure;
  return result;
}

// Removes a directory. 0: it is gone, 1: there is more to do, -1 with errno: something resists.
static int clinux_remove_directory(const char *path, long budget) {
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return errno == ENOENT ? 0 : -1;
  int emptied = clinux_empty_directory(directory, &budget, clinux_most_depth);
  if (emptied != 0) return emptied;
  // Somebody may have made something there since.
  return rmdir(path) == 0 || errno == ENOENT ? 0 : -1;
}

#endif
