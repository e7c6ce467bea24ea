#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CLinux.h"

_Static_assert(CLINUX_READABLE == EPOLLIN && CLINUX_WRITABLE == EPOLLOUT && CLINUX_ERROR == EPOLLERR, "epoll bits");
_Static_assert(CLINUX_HANG_UP == EPOLLHUP && CLINUX_ONE_SHOT == EPOLLONESHOT, "epoll bits");

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int64_t nanoseconds) {
  struct epoll_event raw[64];
  if (capacity > 64) capacity = 64;
  struct timespec span = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int count = (int)syscall(SYS_epoll_pwait2, epoll, raw, capacity, nanoseconds < 0 ? NULL : &span, NULL, 0);
  if (count < 0 && (errno == ENOSYS || errno == EPERM)) {  // an old kernel, or a sandbox that has not heard of it
    int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
    count = epoll_wait(epoll, raw, capacity, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
  }
  for (int i = 0; i < count; i++) events[i] = (struct clinux_event){.token = raw[i].data.u64, .events = raw[i].events};
  return count;
}
