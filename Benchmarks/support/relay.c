// The least that may stand between a client and Python: bytes from a socket to a pipe, and back.
//
// usage: relay SOCKET COMMAND...
//
// It listens on a socket, runs the command with a pipe at each end of it, waits for a byte that says that the command
// is ready, prints a line, and serves one client after the other until it is killed, which ends the command too. It
// knows no messages, keeps nothing and checks nothing: what Callpoint does besides is what a comparison with it shows.
// Its writes wait, so that no more must be on the way than a pipe holds, 64 KiB.

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <signal.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/// Whether something came; at the end of a client's requests nothing does.
static int pass(int from, int to) {
  static char buffer[1 << 16];
  ssize_t count = read(from, buffer, sizeof buffer);
  if (count < 0) fail("relay: read");
  for (ssize_t done = 0; done < count;) {
    ssize_t written = write(to, buffer + done, count - done);
    if (written < 0) fail("relay: write");
    done += written;
  }
  return count > 0;
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path) {
    fputs("usage: relay SOCKET COMMAND...\n", stderr);
    return 1;
  }
  strcpy(address.sun_path, argv[1]);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("relay: bind");
  if (listen(listener, 1) != 0) fail("relay: listen");
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) fail("relay: pipe");
  pid_t child = fork();
  if (child < 0) fail("relay: fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], 0);
    dup2(up[1], 1);
    close(down[0]), close(down[1]), close(up[0]), close(up[1]);
    execvp(argv[2], argv + 2);
    fail("relay: exec");
  }
  close(down[0]), close(up[1]);
  char byte;
  if (read(up[0], &byte, 1) != 1) fail("relay: the command");
  puts("ready");
  fflush(stdout);
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) fail("relay: accept");
    struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = up[0], .events = POLLIN}};
    for (int connected = 1; connected;) {
      if (poll(ends, 2, -1) < 0) fail("relay: poll");
      if (ends[1].revents && !pass(up[0], client)) return 0;
      if (ends[0].revents) connected = pass(client, down[1]);
    }
    close(client);
  }
}
