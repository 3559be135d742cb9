// SPDX-License-Identifier: Apache-2.0
/* All ways to have executable memory. */
#define _GNU_SOURCE
#include "doer.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define LENGTH 4096

static int map_descriptor(int fd, int protection, int later)
{
	void *memory = mmap(NULL, LENGTH, protection, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED || (later && mprotect(memory, LENGTH, later)))
		return fail("mmap");
	usleep(300000); /* mappings are read some 20 times a second: long enough to be opened by who looks */
	return munmap(memory, LENGTH) ? fail("munmap") : 0;
}

int do_map(int count, char **args)
{
	(void)count;
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail("open") : map_descriptor(fd, PROT_READ | PROT_EXEC, 0);
}

int do_map_mprotect(int count, char **args)
{
	(void)count;
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail("open") : map_descriptor(fd, PROT_READ, PROT_READ | PROT_EXEC);
}

/* map-memfd PATH: a copy of PATH in memory, mapped executable, as a loader without files does */
int do_map_memfd(int count, char **args)
{
	(void)count;
	int fd = memfd_create("holdfast-library", MFD_CLOEXEC);
	if (fd < 0 || copy_into(fd, args[0]))
		return fail("memfd");
	return map_descriptor(fd, PROT_READ | PROT_EXEC, 0);
}

int do_map_anonymous(int count, char **args)
{
	(void)count, (void)args;
	void *memory = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return fail("mmap");
	usleep(300000);
	return 0;
}
