// SPDX-License-Identifier: Apache-2.0
/* All ways to become another program. Each takes PATH [ARGUMENT…]; PATH is also argv[0]. */
#define _GNU_SOURCE
#include "doer.h"
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const environment[] = {"PATH=/usr/bin:/bin", NULL};

static int exec_descriptor(int descriptor, char **args, const char *what)
{
	syscall(SYS_execveat, descriptor, "", args, environment, AT_EMPTY_PATH);
	return fail(what);
}

int do_exec(int count, char **args)
{
	(void)count;
	execve(args[0], args, environment);
	return fail("execve");
}

int do_execveat(int count, char **args)
{
	char directory[4096], name[4096];
	(void)count;
	snprintf(directory, sizeof(directory), "%s", args[0]);
	snprintf(name, sizeof(name), "%s", args[0]);
	int fd = open(dirname(directory), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail("open directory");
	syscall(SYS_execveat, fd, basename(name), args, environment, 0);
	return fail("execveat");
}

int do_fexecve(int count, char **args)
{
	(void)count;
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail("open") : exec_descriptor(fd, args, "fexecve");
}

int do_exec_memfd(int count, char **args)
{
	(void)count;
	int fd = memfd_create("holdfast-test", MFD_CLOEXEC);
	if (fd < 0 || copy_into(fd, args[0]))
		return fail("memfd");
	return exec_descriptor(fd, args, "exec memfd");
}

int do_exec_proc_fd(int count, char **args)
{
	char path[64];
	(void)count;
	int fd = open(args[0], O_RDONLY);
	if (fd < 0)
		return fail("open");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	execve(path, args, environment);
	return fail("exec /proc/self/fd");
}

/* exec-unlinked PATH COPY [ARGUMENT…]: runs a copy that no directory names any more */
int do_exec_unlinked(int count, char **args)
{
	if (count < 2)
		return 2;
	int out = open(args[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (out < 0 || copy_into(out, args[0]))
		return fail("copy");
	close(out);
	int fd = open(args[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || unlink(args[1]))
		return fail("unlink");
	return exec_descriptor(fd, args + 1, "exec unlinked");
}

/* exec-tmpfile PATH DIRECTORY [ARGUMENT…]: runs a copy that never had a name */
int do_exec_tmpfile(int count, char **args)
{
	char path[64];
	if (count < 2)
		return 2;
	int out = open(args[1], O_TMPFILE | O_RDWR, 0755);
	if (out < 0 || copy_into(out, args[0]))
		return fail("O_TMPFILE");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	close(out);
	return exec_descriptor(fd, args + 1, "exec O_TMPFILE");
}

/* exec-many COUNT fixed|novel PATH ARGUMENT…: runs it COUNT times; novel adds a counter to argv each time */
int do_exec_many(int count, char **args)
{
	char number[32];
	if (count < 4)
		return 2;
	int times = atoi(args[0]);
	char **argv = calloc(count, sizeof(char *));
	memcpy(argv, args + 2, (count - 2) * sizeof(char *));
	argv[count - 2] = strcmp(args[1], "novel") == 0 ? number : NULL;
	for (int i = 0; i < times; i++) {
		snprintf(number, sizeof(number), "%d", i);
		pid_t child;
		if (posix_spawn(&child, argv[0], NULL, NULL, argv, environment) || waitpid(child, NULL, 0) != child)
			return fail("posix_spawn");
	}
	return 0;
}

/* fork COUNT CODE: children that end at once with CODE */
int do_fork(int count, char **args)
{
	if (count < 2)
		return 2;
	for (int i = 0; i < atoi(args[0]); i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(atoi(args[1]));
		if (child < 0 || waitpid(child, NULL, 0) != child)
			return fail("fork");
	}
	return 0;
}
