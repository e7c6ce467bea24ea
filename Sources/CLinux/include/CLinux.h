#ifndef CLINUX_H
#define CLINUX_H

// The C that Swift cannot say: unions, packed structures, variadic calls, `clone`, and calls that glibc declares only
// under _GNU_SOURCE. Each function makes one system call, or the one dance that must not be interrupted, and returns
// what the call returned: -1 with `errno` set when it failed. Interrupted calls are tried again by the caller.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "guard_wire.h"

// MARK: epoll

// One event; the kernel's own structure is packed and holds a union, which Swift cannot read.
struct clinux_event {
  uint64_t token;
  uint32_t events;
};

#define CLINUX_READABLE 0x001u    // EPOLLIN
#define CLINUX_WRITABLE 0x004u    // EPOLLOUT
#define CLINUX_ERROR 0x008u       // EPOLLERR
#define CLINUX_HANG_UP 0x010u     // EPOLLHUP
#define CLINUX_ONE_SHOT (1u << 30)  // EPOLLONESHOT

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);

// Waits for at most `nanoseconds`, for ever if negative. Kernels before 5.11 know milliseconds only: rounded up.
int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int64_t nanoseconds);

// MARK: descriptors

int clinux_memory_descriptor(const char *name);   // memfd: close-on-exec, may be sealed
int clinux_seal_size(int memory);                 // nobody can shrink or grow it any more
int clinux_pipe(int ends[2]);                     // close-on-exec
int clinux_duplicate(int descriptor, int least);  // close-on-exec; the number is not below `least`
int clinux_set_non_blocking(int descriptor);
// Removes a directory and at most `budget` entries below it. 0: it is gone, 1: there is more to do, -1: it resists.
int clinux_remove_tree(const char *path, long budget);

// MARK: sockets

int clinux_socket_pair(int type, int ends[2]);                        // close-on-exec
int clinux_listen(const char *path, int backlog);                     // a Unix stream socket with mode 0600, non-blocking
int clinux_accept(int listener);                                      // close-on-exec, non-blocking
pid_t clinux_peer_process(int socket);                                 // who connected
int clinux_connect(const char *path, bool non_blocking);              // close-on-exec
// A peer that has gone is EPIPE, never SIGPIPE.
ssize_t clinux_send(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);
// Received descriptors are close-on-exec; `*descriptor_count` holds the room on the way in, what came on the way out.
ssize_t clinux_receive(int socket, void *bytes, size_t count, int *descriptors, size_t *descriptor_count);

// MARK: signals

int clinux_ignore_write_signals(void);                                // SIGPIPE, SIGXFSZ; for the whole process
int clinux_signal_descriptor(const int *signals, size_t count);       // blocks them in this thread, then signalfd
// The next signal waiting in a signal descriptor, 0 when there is none.
int clinux_next_signal(int descriptor);

// MARK: processes

int clinux_become_subreaper(void);
/// Asks for SIGKILL when the thread that forked this process ends. 0 or -1.
int clinux_die_with_parent(void);
int clinux_is_subreaper(void);
int clinux_process_descriptor(pid_t pid);                             // pidfd_open
int clinux_signal_process(int process_descriptor, int signal);        // pidfd_send_signal
// Reaps `pid` if it has exited, or once it has. 1: reaped, 0: it still runs, -1: not a child. A signal is told as its
// negative.
int clinux_reap(pid_t pid, bool wait, int *status);
// Sends SIGKILL to every child of this process but one and reaps those that have ended. Returns how many it found, -1 if
// /proc cannot be read. A child that ends hands its own children on: they are all gone once none is found.
int clinux_kill_children(pid_t but);

// Whether a thread of a process computes at this moment, or would if a processor were free. Not if it cannot be read.
bool clinux_computes(pid_t pid);

// Starts the guard in a session of its own, with `socket` as its descriptor 3, 0 and 1 on /dev/null and every signal
// blocked. Does not copy this process, however large it is. Returns the pid and stores a close-on-exec process
// descriptor, or -1 with errno.
pid_t clinux_start_guard(const char *executable, char *const arguments[], int socket, int *process_descriptor);

// MARK: shared memory

void *clinux_map_page(int memory, size_t size);                       // readable and writable, shared; NULL on failure
int clinux_unmap_page(void *page, size_t size);
uint64_t clinux_load(const uint64_t *word);                           // acquire
void clinux_store(uint64_t *word, uint64_t value);                    // release

#endif
