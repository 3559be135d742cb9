// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "containers.h"
#include "kernel.h"
#include "members.h"

#define DEPTH_MAX 32

static void each_process(int directory, unsigned depth, void (*each)(__u32 pid, void *context), void *context)
{
	int fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct dirent *entry;
	char line[32];
	DIR *d;

	if (!file && fd >= 0)
		close(fd);
	if (file) {
		while (fgets(line, sizeof(line), file)) {
			unsigned long pid = strtoul(line, NULL, 10);

			if (pid)
				each((__u32)pid, context);
		}
		fclose(file);
	}
	fd = depth < DEPTH_MAX ? openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d && fd >= 0)
		close(fd);
	while (d && (entry = readdir(d))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		each_process(below, depth + 1, each, context);
		close(below);
	}
	if (d)
		closedir(d);
}

static int open_cgroup(const struct container *c)
{
	char path[8192];

	if (!c->cgroup || snprintf(path, sizeof(path), "%s/%s", kernel_cgroup2(), c->cgroup) >= (int)sizeof(path))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void members_each(const struct container *c, void (*each)(__u32 pid, void *context), void *context)
{
	int directory = open_cgroup(c);

	if (directory < 0)
		return;
	each_process(directory, 0, each, context);
	close(directory);
}

ssize_t members_read(__u32 pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	size_t used = 0;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (used < size - 1 && ((n = read(fd, buffer + used, size - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	close(fd);
	buffer[used] = 0;
	return n < 0 && !used ? -1 : (ssize_t)used;
}
