// SPDX-License-Identifier: Apache-2.0
#include "doer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fail(const char *what)
{
	fprintf(stderr, "doer: %s: %s\n", what, strerror(errno));
	return 1;
}

int copy_into(int to, const char *path)
{
	char buffer[65536];
	ssize_t got;
	int from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return -1;
	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, got) != got)
			got = -1;
	close(from);
	return got == 0 ? 0 : -1;
}

static int do_true(int count, char **args)
{
	(void)count, (void)args;
	return 0;
}

static int do_sleep(int count, char **args)
{
	usleep(1000 * (count > 0 ? atoi(args[0]) : 1000));
	return 0;
}

/* then VERB ARGS… -- VERB ARGS…: one after the other in this process */
static int run(int count, char **args);

static int do_then(int count, char **args)
{
	int start = 0;
	for (int i = 0; i <= count; i++) {
		if (i < count && strcmp(args[i], "--") != 0)
			continue;
		char *saved = args[i];
		args[i] = NULL;
		int code = run(i - start, args + start);
		args[i] = saved;
		if (code)
			return code;
		start = i + 1;
	}
	return 0;
}

static const struct {
	const char *name;
	verb run;
} verbs[] = {
    {"true", do_true},
    {"sleep", do_sleep},
    {"then", do_then},
    {"exec", do_exec},
    {"execveat", do_execveat},
    {"fexecve", do_fexecve},
    {"exec-memfd", do_exec_memfd},
    {"exec-proc-fd", do_exec_proc_fd},
    {"exec-unlinked", do_exec_unlinked},
    {"exec-tmpfile", do_exec_tmpfile},
    {"exec-many", do_exec_many},
    {"fork", do_fork},
    {"open", do_open},
    {"openat2", do_openat2},
    {"open-io-uring", do_open_io_uring},
    {"open-by-handle", do_open_by_handle},
    {"open-proc-fd", do_open_proc_fd},
    {"write", do_write},
    {"append-loop", do_append_loop},
    {"flood-files", do_flood_files},
    {"map", do_map},
    {"map-mprotect", do_map_mprotect},
    {"map-memfd", do_map_memfd},
    {"map-anonymous", do_map_anonymous},
    {"connect", do_connect},
    {"bind", do_bind},
    {"send", do_send},
    {"flood-connect", do_flood_connect},
};

static int run(int count, char **args)
{
	for (size_t i = 0; count > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(args[0], verbs[i].name) == 0)
			return verbs[i].run(count - 1, args + 1);
	fprintf(stderr, "doer: no verb %s\n", count > 0 ? args[0] : "given");
	return 2;
}

int main(int argc, char **argv)
{
	return run(argc - 1, argv + 1);
}
