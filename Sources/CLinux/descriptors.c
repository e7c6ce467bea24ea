#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CLinux.h"
#include "trees.h"

int clinux_memory_descriptor(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int clinux_seal_size(int memory) { return fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL); }

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_duplicate(int descriptor, int least) { return fcntl(descriptor, F_DUPFD_CLOEXEC, least); }

int clinux_set_non_blocking(int descriptor) {
  int yes = 1;
  return ioctl(descriptor, FIONBIO, &yes);
}

int clinux_remove_tree(const char *path, long budget) { return clinux_remove_directory(path, budget); }

void *clinux_map_page(int memory, size_t size) {
  void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  return page == MAP_FAILED ? NULL : page;
}

int clinux_unmap_page(void *page, size_t size) { return munmap(page, size); }

uint64_t clinux_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

void clinux_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
