// SPDX-License-Identifier: Apache-2.0
/* All ways to open a file. Each takes PATH and reads a byte of it. */
#define _GNU_SOURCE
#include "doer.h"
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int read_one(int fd, const char *what)
{
	char byte;
	if (fd < 0 || read(fd, &byte, 1) < 0)
		return fail(what);
	close(fd);
	return 0;
}

int do_open(int count, char **args)
{
	(void)count;
	return read_one(open(args[0], O_RDONLY | O_CLOEXEC), "open");
}

int do_openat2(int count, char **args)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};
	(void)count;
	return read_one(syscall(SYS_openat2, AT_FDCWD, args[0], &how, sizeof(how)), "openat2");
}

int do_open_io_uring(int count, char **args)
{
	struct io_uring_params p = {0};
	(void)count;
	int ring = syscall(SYS_io_uring_setup, 1, &p);
	if (ring < 0)
		return fail("io_uring_setup");
	char *sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(__u32), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
	struct io_uring_sqe *sqe =
	    mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED)
		return fail("mmap ring");
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (unsigned long)args[0];
	sqe->open_flags = O_RDONLY | O_CLOEXEC;
	*(__u32 *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((__u32 *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return fail("io_uring_enter");
	int result = ((struct io_uring_cqe *)(cq + p.cq_off.cqes))[0].res;
	close(ring);
	return read_one(result, "io_uring open");
}

/* needs CAP_DAC_READ_SEARCH */
int do_open_by_handle(int count, char **args)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int mount_id;
	(void)count;
	if (name_to_handle_at(AT_FDCWD, args[0], &h.handle, &mount_id, 0))
		return fail("name_to_handle_at");
	int directory = open(count > 1 ? args[1] : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return read_one(open_by_handle_at(directory, &h.handle, O_RDONLY | O_CLOEXEC), "open_by_handle_at");
}

int do_open_proc_fd(int count, char **args)
{
	char path[64];
	(void)count;
	int fd = open(args[0], O_PATH | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return read_one(open(path, O_RDONLY | O_CLOEXEC), "open /proc/self/fd");
}

/* write PATH TEXT */
int do_write(int count, char **args)
{
	if (count < 2)
		return 2;
	int fd = open(args[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, args[1], strlen(args[1])) < 0)
		return fail("write");
	close(fd);
	return 0;
}

/* append-loop PATH TIMES: a log that is opened, appended to and closed each time */
int do_append_loop(int count, char **args)
{
	if (count < 2)
		return 2;
	for (int i = 0; i < atoi(args[1]); i++) {
		int fd = open(args[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, "line\n", 5) != 5)
			return fail("append");
		close(fd);
	}
	return 0;
}

/* flood-files DIRECTORY SECONDS: new files as fast as the machine allows; at most 64 exist at once; prints how many */
int do_flood_files(int count, char **args)
{
	char path[4096];
	int made = 0;
	if (count < 2)
		return 2;
	for (time_t end = time(NULL) + atoi(args[1]); time(NULL) < end; made++) {
		snprintf(path, sizeof(path), "%s/flood-%d", args[0], made);
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, "x", 1) != 1)
			return fail("flood");
		close(fd);
		snprintf(path, sizeof(path), "%s/flood-%d", args[0], made - 64);
		unlink(path);
	}
	printf("%d\n", made);
	return 0;
}
