// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "containers.h"
#include "descriptor.h"
#include "handle.h"
#include "options.h"
#include "processes.h"
#include "sight.h"
#include "volumes.h"

static bool in_cgroup(__u32 pid, const char *cgroup)
{
	char path[64], text[4096], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = 0;
	at = strstr(text, "0::");
	if (!at || (at != text && at[-1] != '\n'))
		return false;
	at += 3;
	n = (ssize_t)strlen(cgroup);
	return strncmp(at, cgroup, (size_t)n) == 0 && (at[n] == '\n' || at[n] == '/');
}

void sight_who(struct sight *s, __u32 pid)
{
	__u64 cgid = 0;
	__u32 flags = 0;

	s->who = (struct hf_process){0};
	s->outside = false;
	s->host_mounts = false;
	if (process_find(pid, 0, &s->who, &cgid, &flags)) {
		s->outside = cgid != s->c->cgid;
		s->host_mounts = flags & HF_FLAG_HOST_MNTNS;
		return;
	}
	/* Alive and not followed: no container's process. Gone and not known: it can't be told, and counts as the
	 * container's. */
	if (kill((pid_t)pid, 0) == 0 || errno == EPERM) {
		s->outside = !(s->c->older && s->c->cgroup && in_cgroup(pid, s->c->cgroup));
		s->who.pid = pid;
	}
}

static bool begins_with(const struct sight *s, const char *point, size_t length)
{
	return s->length >= length && memcmp(s->path, point, length) == 0 &&
	       (s->length == length || s->path[length] == '/');
}

/*
 * Once a container has ended its mounts are taken apart, and a file's path is only that inside its mount: the place of
 * the mount is put before it. Inside /data there may be another /data, so a path that begins with the place proves
 * nothing: the kernel is asked whether the mount still hangs there.
 */
static void add_point(struct sight *s)
{
	struct statx st;
	const char *point;
	size_t length;

	if (statx(s->fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		return;
	point = volumes_point(s->c, (int)st.stx_mnt_id);
	if (!point || !point[1]) /* a root that is no overlay */
		return;
	length = strlen(point);
	if (begins_with(s, point, length) && descriptor_alone(s->fd) <= 0)
		return;
	if (s->length == 1) /* a mount of one file: its path inside is "/" */
		s->length = 0;
	if (length + s->length > sizeof(s->link))
		return;
	memmove(s->link + length, s->link, s->length);
	memcpy(s->link, point, length);
	s->length += length;
}

void sight_path(struct sight *s)
{
	static const char deleted[] = " (deleted)";
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
	n = readlink(link, s->link, sizeof(s->link));
	s->length = n > 0 ? (size_t)n : 0;
	if (!s->st.st_nlink && s->length > sizeof(deleted) - 1 &&
	    memcmp(s->link + s->length - (sizeof(deleted) - 1), deleted, sizeof(deleted) - 1) == 0)
		s->length -= sizeof(deleted) - 1;
	s->path = s->link;
	if (s->dev != s->c->overlay_dev)
		add_point(s);
}

bool sight_named_like_code(const struct sight *s)
{
	for (unsigned i = 0; i < options.hash_suffixes; i++) {
		size_t length = strlen(options.hash_suffix[i]);

		if (s->length > length && memcmp(s->path + s->length - length, options.hash_suffix[i], length) == 0)
			return true;
	}
	return false;
}

bool sight_starts_like_code(const struct sight *s)
{
	char start[4];
	ssize_t n = pread(s->fd, start, sizeof(start), 0);

	return (n >= 2 && start[0] == '#' && start[1] == '!') || (n == 4 && memcmp(start, "\177ELF", 4) == 0);
}

bool sight_file(struct sight *s)
{
	if (fstat(s->fd, &s->st) < 0)
		return false;
	handle_identify(s->fd, &s->st, s->c, &s->file);
	return true;
}
