// SPDX-License-Identifier: Apache-2.0
/*
 * A runtime mounts a container's root in the host's mount namespace before it creates the container; from then on it
 * can be marked.
 *
 * Cost: one reading of /proc/self/mountinfo per trigger, some 50 us per hundred mounts; 5 to 70 us per new root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "gap.h"
#include "handle.h"
#include "lifetime.h"
#include "marks.h"
#include "mountinfo.h"
#include "mounts.h"
#include "volumes.h"

#define TASKS "/io.containerd.runtime.v2.task/" /* then NAMESPACE/ID/rootfs */

static int mountinfo = -1;
static unsigned scan;

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

/* Once a minute is enough to say that something runs unseen. */
static void too_many(void)
{
	static __u64 told;
	__u64 now = clock_boot();

	if (told && now - told < 60000000000ull)
		return;
	gap(NULL, HF_GAP_MARK_FAILED, now, 0, 0, false, "more containers than --max-containers");
	told = now;
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
		if (!c) {
			too_many();
			goto out;
		}
		c->mount_id = e->id;
		c->overlay_dev = overlay ? e->dev : 0;
		if (overlay)
			layers(c, e);
		marks_watch(c);
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

int mounts_open(void)
{
	mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	return mountinfo < 0 ? -errno : 0;
}

void mounts_close(void)
{
	if (mountinfo >= 0)
		close(mountinfo);
	mountinfo = -1;
	handle_close();
}

int mounts_fd(void)
{
	return mountinfo;
}

void mounts_minute(void)
{
	mounts_scan();
	for (struct container *c = containers_first(); c; c = c->next)
		if (c->cgid)
			volumes_mark(c);
}
