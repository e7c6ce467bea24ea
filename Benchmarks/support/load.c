// Puts load on a control socket, and says how much of it was answered how fast.
//
// usage: load SOCKET IN_FLIGHT SECONDS < REQUESTS
//
// Each line of standard input is a request in which "id":@ stands for its id. So many requests are kept on their way
// over one connection: each has a slot, which is its id, and is written again when its answer has come; the lines are
// dealt out to the slots in turn. When the time is over no more are written and those that are on their way are waited
// for; then one line of JSON is printed. The throughput is that of all, until the last answer. An answer that is an
// error ends it all.
//
// It is in C because the machine's processors are shared by what is measured and what measures: a client in Python
// takes a processor of its own at 50,000 requests a second, and the figure would be the client's.

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct text {
  char *bytes;
  size_t length, capacity;
};

struct slot {
  struct text line;
  int64_t sent;
};

static void fail(const char *what, const char *bytes, size_t length) {
  fprintf(stderr, "load: %s%.*s\n", what, (int)(length > 1000 ? 1000 : length), bytes);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void reserve(struct text *text, size_t more) {
  if (text->length + more <= text->capacity) return;
  text->capacity = (text->length + more) * 2;
  text->bytes = realloc(text->bytes, text->capacity);
  if (text->bytes == NULL) fail("out of memory", "", 0);
}

static void append(struct text *text, const char *bytes, size_t length) {
  reserve(text, length);
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
}

static void flush(int connection, struct text *text) {
  for (size_t done = 0; done < text->length;) {
    ssize_t count = write(connection, text->bytes + done, text->length - done);
    if (count < 0 && errno != EINTR) fail("write: ", strerror(errno), 1000);
    if (count > 0) done += count;
  }
  text->length = 0;
}

/// Returns the slot that an answer is for.
static size_t answered(const char *line, size_t length, size_t slots) {
  if (memmem(line, length, "\"error\"", 7) != NULL) fail("", line, length);
  const char *id = memmem(line, length, "\"id\":", 5);
  if (id == NULL) fail("an answer without an id: ", line, length);
  char *end;
  // A line ends with a line feed, so that this stops there.
  size_t slot = strtoul(id + 5, &end, 10);
  if (end == id + 5 || slot >= slots) fail("an answer to nothing: ", line, length);
  return slot;
}

static int ascending(const void *one, const void *other) {
  int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
  return (a > b) - (a < b);
}

int main(int argc, char **argv) {
  if (argc != 4) fail("usage: load SOCKET IN_FLIGHT SECONDS < REQUESTS", "", 0);
  size_t slots = strtoul(argv[2], NULL, 10);
  int64_t duration = (int64_t)(strtod(argv[3], NULL) * 1e9);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (slots == 0 || strlen(argv[1]) >= sizeof address.sun_path) fail("an argument is not right", "", 0);
  strcpy(address.sun_path, argv[1]);

  struct text requests = {0};
  for (ssize_t count = 1; count > 0; requests.length += count) {
    reserve(&requests, 1 << 16);
    count = read(0, requests.bytes + requests.length, 1 << 16);
    if (count < 0) fail("read: ", strerror(errno), 1000);
  }
  struct slot *slot = calloc(slots, sizeof *slot);
  const char *line = requests.bytes, *last = requests.bytes + requests.length;
  for (size_t index = 0; index < slots; index++) {
    const char *end = memchr(line, '\n', last - line);
    const char *id = end ? memmem(line, end - line, "\"id\":@", 6) : NULL;
    if (id == NULL) fail("a request has no \"id\":@ or no end", "", 0);
    char number[32];
    append(&slot[index].line, line, id + 5 - line);
    append(&slot[index].line, number, snprintf(number, sizeof number, "%zu", index));
    append(&slot[index].line, id + 6, end + 1 - (id + 6));
    line = end + 1 < last ? end + 1 : requests.bytes;
  }

  int connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) fail("connect: ", strerror(errno), 1000);
  struct text output = {0}, input = {0};
  int64_t *latencies = NULL;
  size_t count = 0, room = 0, waiting = slots;
  int64_t start = now(), end = start + duration, time = start;
  for (size_t index = 0; index < slots; index++) {
    slot[index].sent = start;
    append(&output, slot[index].line.bytes, slot[index].line.length);
  }
  flush(connection, &output);
  while (waiting > 0) {
    reserve(&input, 1 << 18);
    ssize_t more = read(connection, input.bytes + input.length, input.capacity - input.length);
    if (more == 0) fail("the connection was closed", "", 0);
    if (more < 0) fail("read: ", strerror(errno), 1000);
    // What was there before has no end of a line.
    char *from = input.bytes, *search = input.bytes + input.length, *feed;
    input.length += more;
    char *limit = input.bytes + input.length;
    time = now();
    while ((feed = memchr(search, '\n', limit - search)) != NULL) {
      size_t index = answered(from, feed + 1 - from, slots);
      from = search = feed + 1;
      if (count == room) {
        room = room ? room * 2 : 1 << 16;
        latencies = realloc(latencies, room * sizeof *latencies);
        if (latencies == NULL) fail("out of memory", "", 0);
      }
      latencies[count++] = time - slot[index].sent;
      if (time >= end) {
        waiting--;
        continue;
      }
      slot[index].sent = time;
      append(&output, slot[index].line.bytes, slot[index].line.length);
    }
    input.length = limit - from;
    memmove(input.bytes, from, input.length);
    flush(connection, &output);
  }
  qsort(latencies, count, sizeof *latencies, ascending);
  printf("{\"throughput\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n", count / ((time - start) / 1e9),
         latencies[count / 2] / 1e3, latencies[count * 9 / 10] / 1e3, latencies[count * 99 / 100] / 1e3,
         latencies[count - 1] / 1e3);
  return 0;
}
