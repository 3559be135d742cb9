// SPDX-License-Identifier: Apache-2.0
/*
 * The loads of the benchmark, timed where they run, so that neither the runtime's start nor the pipe to it is measured.
 * Prints one number: nanoseconds for the whole loop.
 *
 *   load exec TIMES PROGRAM ARGUMENT…      runs it again and again
 *   load open TIMES FILE…                  opens and closes the files in turn
 *   load novel TIMES FILE DIRECTORY        writes a new program from FILE, runs it, removes it; prints the monotonic time of
 *                                          each run in ns, a line each
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void run(char **argv)
{
	char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	pid_t child;
	if (posix_spawn(&child, argv[0], NULL, NULL, argv, environment) || waitpid(child, NULL, 0) != child)
		die("spawn");
}

static void copy(const char *from, const char *to, int mark)
{
	static char buffer[4 << 20];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t got = read(in, buffer, sizeof(buffer));
	if (in < 0 || out < 0 || got <= 0 || write(out, buffer, got) != got || dprintf(out, "%d", mark) < 0)
		die("copy");
	close(in);
	close(out);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int times = atoi(argv[2]);
	unsigned long long start = now(CLOCK_MONOTONIC);
	for (int i = 0; i < times; i++) {
		if (strcmp(argv[1], "exec") == 0) {
			run(argv + 3);
		} else if (strcmp(argv[1], "open") == 0) {
			int fd = open(argv[3 + i % (argc - 3)], O_RDONLY | O_CLOEXEC);
			if (fd < 0 || close(fd))
				die("open");
		} else {
			char path[4096];
			char *const program[] = {path, "0", NULL};
			snprintf(path, sizeof(path), "%s/novel-%d", argv[4], i);
			copy(argv[3], path, i);
			printf("%llu %s\n", now(CLOCK_MONOTONIC), path);
			run((char **)program);
			unlink(path);
			usleep(20000);
		}
	}
	if (strcmp(argv[1], "novel") != 0)
		printf("%llu\n", now(CLOCK_MONOTONIC) - start);
	return 0;
}
