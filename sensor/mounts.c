// SPDX-License-Identifier: Apache-2.0
/*
 * Being there before a container's first exec. A runtime mounts the container's root in the host's mount namespace
 * before it creates the container; from then on it can be marked. Three things lead here: a runtime binary is about to
 * be executed (the guard: it waits for our answer), mountinfo changed, BPF saw a cgroup or `runc init`.
 *
 * Cost: one reading of /proc/self/mountinfo per trigger, some 50 us per hundred mounts; 5 to 70 us per new root. The
 * guard makes a runtime wait for that and for what was queued before it in this turn of the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "handle.h"
#include "kernel.h"
#include "mountinfo.h"
#include "mounts.h"
#include "sources.h"
#include "volumes.h"

#define TASKS "/io.containerd.runtime.v2.task/" /* then NAMESPACE/ID/rootfs */
#define GUARDED_MAX 32

static int mountinfo = -1, guard = -1;
static unsigned scan;

static struct {
	const char *path;
	__u64 ino; /* of the binary marked; another one after an upgrade */
	dev_t dev;
} guarded[GUARDED_MAX];
static unsigned guarded_count;

/* Splits …/io.containerd.runtime.v2.task/NAMESPACE/ID/rootfs; the names are cut out of `copy`. */
static bool task_root(char *copy, char **namespace_, char **id)
{
	char *at = strstr(copy, TASKS), *slash;

	if (!at)
		return false;
	*namespace_ = at + strlen(TASKS);
	slash = strchr(*namespace_, '/');
	if (!slash)
		return false;
	*slash = 0;
	*id = slash + 1;
	slash = strchr(*id, '/');
	if (!slash || strcmp(slash, "/rootfs") != 0)
		return false;
	*slash = 0;
	return **namespace_ && **id;
}

/* The filesystem that holds the layers; files of an overlay are named by their numbers on it. */
static void layers(struct container *c, const struct mount_entry *e)
{
	char directory[4096], *slash;
	struct stat st;

	/* a view without an upper directory has its layers' directories; they may be relative to the snapshotter's */
	if (!mountinfo_option(e->options, "upperdir", directory, sizeof(directory)) &&
	    !mountinfo_option(e->options, "lowerdir", directory, sizeof(directory)))
		return;
	directory[strcspn(directory, ":")] = 0;
	if (directory[0] != '/' || stat(directory, &st) < 0)
		return;
	c->snapshot_dev = handle_dev(st.st_dev);
	/* …/snapshots/N/fs: the open directory must not be one that the snapshotter will remove */
	for (int i = 0; i < 2; i++) {
		slash = strrchr(directory, '/');
		if (slash && slash != directory)
			*slash = 0;
	}
	if (stat(directory, &st) == 0 && handle_dev(st.st_dev) == c->snapshot_dev)
		handle_filesystem(c->snapshot_dev, directory);
}

static bool root_seen(const struct mount_entry *e, void *context)
{
	char *copy, *namespace_, *id;
	struct container *c;

	(void)context;
	if (!strstr(e->point, TASKS))
		return true;
	copy = strdup(e->point);
	if (!copy || !task_root(copy, &namespace_, &id))
		goto out;
	for (c = containers_first(); c; c = c->next)
		if (!c->root_gone && c->mount_id == e->id && strcmp(c->rootfs, e->point) == 0)
			break;
	if (!c) {
		bool overlay = strcmp(e->type, "overlay") == 0;

		c = container_add(namespace_, id, e->point);
		if (!c)
			goto out;
		c->mount_id = e->id;
		c->overlay_dev = overlay ? e->dev : 0;
		if (overlay)
			layers(c, e);
		files_watch(c);
	}
	c->scan = scan;
out:
	free(copy);
	return true;
}

void mounts_scan(void)
{
	struct container *c, *next;
	size_t size;
	char *text;

	if (mountinfo < 0)
		return;
	text = mountinfo_read(mountinfo, &size);
	if (!text)
		return;
	scan++;
	mountinfo_each(text, root_seen, NULL);
	free(text);
	for (c = containers_first(); c; c = next) {
		next = c->next;
		if (c->scan == scan)
			continue;
		c->root_gone = true;
		/* One with a cgroup is removed with its cgroup: its processes may still run. */
		if (!c->cgid)
			container_remove(c);
	}
}

/* An upgrade puts another file under the same name; a mark is on the file. */
void mounts_guard_renew(void)
{
	for (unsigned i = 0; i < guarded_count; i++) {
		struct stat st;

		if (stat(guarded[i].path, &st) < 0 || (st.st_ino == guarded[i].ino && st.st_dev == guarded[i].dev))
			continue;
		if (fanotify_mark(guard, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, guarded[i].path) == 0) {
			guarded[i].ino = st.st_ino;
			guarded[i].dev = st.st_dev;
		}
	}
}

unsigned mounts_guarded(void)
{
	unsigned marked = 0;

	for (unsigned i = 0; i < guarded_count; i++)
		marked += guarded[i].ino != 0;
	return marked;
}

int mounts_open(const char *const *paths, unsigned count)
{
	mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (mountinfo < 0)
		return -errno;
	for (unsigned i = 0; i < count && guarded_count < GUARDED_MAX; i++)
		guarded[guarded_count++].path = paths[i];
	if (!guarded_count)
		return 0;
	guard = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
	if (guard < 0)
		return -errno; /* mountinfo and BPF still lead here */
	mounts_guard_renew();
	return 0;
}

void mounts_close(void)
{
	if (mountinfo >= 0)
		close(mountinfo);
	if (guard >= 0)
		close(guard); /* whoever waits goes on */
	mountinfo = guard = -1;
	guarded_count = 0;
	handle_close();
}

int mounts_fd(void)
{
	return mountinfo;
}

int mounts_guard_fd(void)
{
	return guard;
}

void mounts_mark_volumes(struct container *c)
{
	__u32 pid = volumes_process(c);

	if (!pid)
		return;
	/* Once its own first exec was seen it may have used a volume already. (Of an older one a gap of its own says
	 * so.) */
	volumes_mark(c, pid, c->volumes_marked || (c->first_exec && !c->older));
}

/* What a runtime has made ready since: new roots; volumes of containers that wait to be started. */
static void prepare(void)
{
	mounts_scan();
	/* the cgroup that leads to a container's first process is reported through the ring */
	kernel_read(256);
	for (struct container *c = containers_first(); c; c = c->next)
		if (c->cgid && !c->volumes_marked)
			mounts_mark_volumes(c);
}

int mounts_guard_read(void)
{
	char buffer[16 * sizeof(struct fanotify_event_metadata)] __attribute__((aligned(8)));
	struct fanotify_event_metadata *event = (void *)buffer;
	ssize_t n = read(guard, buffer, sizeof(buffer));
	int answered = 0;

	if (n <= 0)
		return n < 0 && errno != EAGAIN ? -errno : 0;
	/* those who wait since before this look are all served by it */
	prepare();
	for (; FAN_EVENT_OK(event, n); event = FAN_EVENT_NEXT(event, n)) {
		struct fanotify_response answer = {.fd = event->fd, .response = FAN_ALLOW};

		if (event->fd < 0)
			continue;
		if (event->mask & FAN_OPEN_EXEC_PERM)
			while (write(guard, &answer, sizeof(answer)) < 0 && errno == EINTR)
				;
		close(event->fd);
		answered++;
	}
	return answered;
}

void mounts_minute(void)
{
	mounts_guard_renew();
	mounts_scan();
	for (struct container *c = containers_first(); c; c = c->next)
		if (c->cgid)
			mounts_mark_volumes(c);
}
