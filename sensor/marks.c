// SPDX-License-Identifier: Apache-2.0
/*
 * One group per container, so that a flood overflows only its own queue; beyond the host's number of groups one shared
 * by the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "announce.h"
#include "clock.h"
#include "containers.h"
#include "gap.h"
#include "handle.h"
#include "known.h"
#include "marks.h"

#ifndef FAN_MARK_EVICTABLE
#define FAN_MARK_EVICTABLE 0x200
#endif
#define WATCHED (FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE)
#define GROUP_FLAGS (FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK)
/* O_NONBLOCK: an event's file is opened for us, and opening must never wait (a FIFO, a tape) */
#define EVENT_FLAGS (O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NOATIME | O_NONBLOCK)
#define GROUPS_LEFT 8 /* of the host's limit, for others who use fanotify */

static int epoll = -1, shared = -1;
static unsigned groups, groups_max;
static bool evictable = true; /* Linux 5.19 and up; before, marks would pin inodes, so there are none */

static unsigned long setting(const char *path, unsigned long otherwise)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return otherwise;
	text[n] = 0;
	return strtoul(text, NULL, 10);
}

static int group_open(void *for_)
{
	struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = for_};
	int group = fanotify_init(GROUP_FLAGS, EVENT_FLAGS);

	if (group >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, group, &wanted) < 0) {
		int error = errno;

		close(group);
		errno = error;
		return -1;
	}
	return group;
}

int marks_open(void)
{
	unsigned long limit = setting("/proc/sys/fs/fanotify/max_user_groups", 128);
	struct rlimit descriptors;

	/* up to the hard limit needs no privilege; files wait open until they are hashed */
	if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors.rlim_max) {
		descriptors.rlim_cur = descriptors.rlim_max;
		setrlimit(RLIMIT_NOFILE, &descriptors);
	}
	groups_max = limit > GROUPS_LEFT + 2 ? (unsigned)limit - GROUPS_LEFT - 2 : 0;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return -errno;
	/* made now: when groups have run out it could not be made */
	shared = group_open(NULL);
	if (shared < 0) {
		int error = -errno;

		close(epoll);
		epoll = -1;
		return error;
	}
	return 0;
}

void marks_close(void)
{
	if (shared >= 0)
		close(shared);
	if (epoll >= 0)
		close(epoll);
	shared = epoll = -1;
}

int marks_epoll(void)
{
	return epoll;
}

int marks_shared(void)
{
	return shared;
}

static void mark_failed(struct container *c, const char *call, int error)
{
	char detail[128];

	snprintf(detail, sizeof(detail), "%s: %s", call, strerror(error));
	gap(c, HF_GAP_MARK_FAILED, c->appeared, 0, 0, false, detail);
}

/* Marks the overlay's whole filesystem. The root is looked at first: what is no longer mounted shows the host's
 * directory. */
static int mark_root(struct container *c)
{
	char path[64];
	struct stat st;
	int fd = open(c->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (handle_dev(st.st_dev) != c->overlay_dev)
		error = -ENOENT;
	else if (fanotify_mark(c->fanotify, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, WATCHED, AT_FDCWD, path) < 0)
		error = -errno;
	close(fd);
	return error;
}

int marks_watch(struct container *c)
{
	int error;

	if (epoll < 0 || c->marked)
		return 0;
	if (c->fanotify < 0) {
		c->fanotify = groups < groups_max ? group_open(c) : -1;
		if (c->fanotify < 0) {
			c->fanotify = shared;
			c->shared_group = true;
		} else {
			groups++;
		}
		c->files = calloc(1, sizeof(*c->files));
		if (!c->files)
			return -ENOMEM;
		c->files_emptied = clock_boot();
	}
	if (!c->overlay_dev)
		return 0; /* no overlay: its mounts are marked one by one once it has them (volumes.c) */
	error = mark_root(c);
	if (error) {
		if (error != -ENOENT) /* gone again: containerd's short mounts */
			mark_failed(c, "fanotify_mark FAN_MARK_FILESYSTEM", -error);
		return error;
	}
	c->marked = clock_boot();
	container_announce(c, HF_CONTAINER_MARKED);
	if (c->late)
		gap(c, HF_GAP_MARK_LATE, c->first_exec, c->marked, 0, false, NULL);
	return 0;
}

int marks_mount(struct container *c, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fanotify_mark(c->fanotify, FAN_MARK_ADD | FAN_MARK_MOUNT, WATCHED, AT_FDCWD, path) < 0 ? -errno : 0;
}

bool marks_silence(struct container *c, int fd, __u32 dev, __u64 mask, bool survive)
{
	unsigned how = FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE;

	/* a volume's inode in a shared group may be another container's too */
	if (!evictable || (c->shared_group && dev != c->overlay_dev))
		return false;
	if (fanotify_mark(c->fanotify, how | (survive ? FAN_MARK_IGNORED_SURV_MODIFY : 0), mask, fd, NULL) == 0)
		return true;
	if (errno == EINVAL)
		evictable = false;
	return false;
}

void marks_unsilence(struct container *c, int fd)
{
	/* one of the two is there, or none */
	fanotify_mark(c->fanotify,
		      FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE | FAN_MARK_IGNORED_SURV_MODIFY,
		      WATCHED, fd, NULL);
	fanotify_mark(c->fanotify, FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE, WATCHED, fd, NULL);
}

void marks_break_silence(struct container *c)
{
	fanotify_mark(c->fanotify, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL); /* of inodes alone */
}

void marks_forget(struct container *c)
{
	if (c->fanotify >= 0 && !c->shared_group) {
		close(c->fanotify);
		groups--;
	}
	c->fanotify = -1;
}
