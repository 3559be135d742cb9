// SPDX-License-Identifier: Apache-2.0
/*
 * Marks are on the container's own mounts (FAN_MARK_MOUNT), not on the filesystems: what the host or another container
 * does with the same files is not this container's doing.
 *
 * Cost: reading /proc/PID/mountinfo once at the container's start and once a minute, four system calls per new volume.
 * Nothing per open beyond what seen.c says.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "announce.h"
#include "clock.h"
#include "containers.h"
#include "gap.h"
#include "handle.h"
#include "kernel.h"
#include "marks.h"
#include "mountinfo.h"
#include "volumes.h"

#define VOLUMES_MAX 512 /* per container; a container may mount as often as it likes */

struct volume {
	struct volume *next;
	int mount_id; /* reused by the kernel: only equal together with device and point */
	__u32 dev;
	bool unanswering;
	char *point;
};

struct marking {
	struct container *c;
	int root; /* O_PATH, of the container's root directory */
	bool late;
	unsigned count; /* of volumes known by now */
};

/* Kernel interfaces: no files that anyone could put there. */
static const char *const interfaces[] = {
    "proc",    "sysfs", "cgroup",  "cgroup2",	  "devpts",   "mqueue", "securityfs", "debugfs",
    "tracefs", "bpf",	"fusectl", "binfmt_misc", "configfs", "pstore", "efivarfs",   "devtmpfs",
};
/*
 * Opening a file there asks someone who may never answer, and a fanotify event opens its file. The sensor must not
 * wait, because a container runtime waits for the sensor.
 */
static const char *const unanswering[] = {"fuse",   "nfs", "cifs",	"smb3",	    "ceph",  "9p",
					  "autofs", "afs", "glusterfs", "virtiofs", "lustre"};

static bool any_of(const char *type, const char *const *list, size_t count, bool prefix)
{
	for (size_t i = 0; i < count; i++)
		if (prefix ? strncmp(type, list[i], strlen(list[i])) == 0 : strcmp(type, list[i]) == 0)
			return true;
	return false;
}
#define ANY_OF(type, list, prefix) any_of(type, list, sizeof(list) / sizeof(*(list)), prefix)

static bool below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && (path[length] == '/' || !path[length]);
}

static struct volume *find(struct container *c, const struct mount_entry *e)
{
	for (struct volume *v = c->volumes; v; v = v->next)
		if (v->mount_id == e->id && v->dev == e->dev && strcmp(v->point, e->point) == 0)
			return v;
	return NULL;
}

/* Opens a mount point inside the container's root; the container can't lead the path elsewhere by a symlink. */
static int open_inside(int root, const char *point)
{
	struct open_how how = {
	    .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, root, point, &how, sizeof(how));
}

/* The way to a mount point below such a filesystem leads through it. */
static bool below_unanswering(const struct container *c, const char *point)
{
	for (const struct volume *v = c->volumes; v; v = v->next)
		if (v->unanswering && below(point, v->point))
			return true;
	return false;
}

static int mark(struct marking *m, const struct mount_entry *e)
{
	struct statx st;
	int fd = open_inside(m->root, e->point), error = 0;

	if (fd < 0)
		return -errno;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MNT_ID, &st) < 0)
		error = -errno;
	else if (st.stx_mask & STATX_MNT_ID && (int)st.stx_mnt_id != e->id)
		error = -ESTALE; /* hidden by another mount, or gone */
	else
		error = marks_mount(m->c, fd);
	close(fd);
	return error;
}

static bool each(const struct mount_entry *e, void *context)
{
	struct marking *m = context;
	struct container *c = m->c;
	struct volume *v;
	char detail[512];
	int error = 0;

	/* the root is marked as a whole filesystem; where it is no overlay it is a volume like others */
	if (ANY_OF(e->type, interfaces, false) || (c->overlay_dev && e->dev == c->overlay_dev && c->marked))
		return true;
	/* masks over parts of /proc and /sys */
	if (strcmp(e->type, "tmpfs") == 0 && (below(e->point, "/proc") || below(e->point, "/sys")))
		return true;
	if (find(c, e))
		return true;
	if (m->count >= VOLUMES_MAX) {
		gap(c, HF_GAP_MARK_FAILED, clock_boot(), 0, 0, false, "more mounts than are watched");
		return false;
	}
	v = calloc(1, sizeof(*v));
	if (!v)
		return true;
	v->mount_id = e->id;
	v->dev = e->dev;
	v->point = strdup(e->point);
	if (!v->point) {
		free(v);
		return true;
	}
	v->next = c->volumes;
	c->volumes = v;
	v->unanswering = ANY_OF(e->type, unanswering, true) || below_unanswering(c, e->point);
	if (v->unanswering) {
		m->count++;
		snprintf(detail, sizeof(detail), "%s on %.400s: opening files there may wait for ever", e->type,
			 e->point);
		gap(c, HF_GAP_MARK_FAILED, c->appeared, 0, 0, false, detail);
		return true;
	}
	error = mark(m, e);
	if (error == -ESTALE || error == -ENOENT || error == -ELOOP || error == -EXDEV || error == -ENOTDIR) {
		/*
		 * Not reachable under that name: hidden by another mount, gone, or one of the host's that are still
		 * there while the runtime turns the root.
		 */
		c->volumes = v->next;
		free(v->point);
		free(v);
		return true;
	}
	m->count++;
	/* a root that is no overlay is watched from here on */
	if (!error && !c->overlay_dev && !c->marked && !e->point[1]) {
		c->marked = clock_boot();
		container_announce(c, HF_CONTAINER_MARKED);
	}
	if (error) {
		snprintf(detail, sizeof(detail), "fanotify_mark %.400s: %s", e->point, strerror(-error));
		gap(c, HF_GAP_MARK_FAILED, c->appeared, 0, 0, false, detail);
	} else if (m->late) {
		/* how long it has been mounted is not known, but not before the last look */
		gap(c, HF_GAP_VOLUME_LATE, c->volumes_marked_at ? c->volumes_marked_at : c->appeared, clock_boot(), 0,
		    false, e->point);
	}
	return true;
}

/* 0 or -errno */
static int mark_all(struct container *c, __u32 pid, bool late)
{
	struct marking m = {.c = c, .late = late};
	const struct volume *v;
	char path[64], *text;
	size_t size;
	int fd, error = 0;

	snprintf(path, sizeof(path), "/proc/%u/root", pid);
	m.root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (m.root < 0)
		return -errno;
	for (v = c->volumes; v; v = v->next)
		m.count++;
	snprintf(path, sizeof(path), "/proc/%u/mountinfo", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	text = fd < 0 ? NULL : mountinfo_read(fd, &size);
	if (!text) {
		error = -errno;
	} else {
		mountinfo_each(text, each, &m);
		free(text);
		c->volumes_marked = true;
		c->volumes_marked_at = clock_boot();
	}
	if (fd >= 0)
		close(fd);
	close(m.root);
	return error;
}

static bool refused(int error)
{
	return error == -EACCES || error == -EPERM;
}

/* A living process of c that has entered its mounts; 0 or -errno: -ENOENT: none yet, -EACCES: it may not be asked */
static int entered(const struct container *c, __u32 *found)
{
	char path[8192], line[32];
	struct stat own, its;
	int error = -ENOENT;
	FILE *file;

	if (!c->cgroup || stat("/proc/self/ns/mnt", &own) < 0)
		return error;
	if (snprintf(path, sizeof(path), "%s/%s/cgroup.procs", kernel_cgroup2(), c->cgroup) >= (int)sizeof(path))
		return error;
	file = fopen(path, "re");
	if (!file)
		return error;
	for (unsigned tries = 0; error && tries < 64 && fgets(line, sizeof(line), file); tries++) {
		unsigned long pid = strtoul(line, NULL, 10);
		struct stat root;

		snprintf(path, sizeof(path), "/proc/%lu/ns/mnt", pid);
		if (pid && stat(path, &its) < 0 && refused(-errno))
			error = -errno;
		if (!pid || stat(path, &its) < 0 || its.st_ino == own.st_ino)
			continue;
		/* `runc init` has its own mount namespace before it has turned its root */
		snprintf(path, sizeof(path), "/proc/%lu/root", pid);
		if (c->overlay_dev && (stat(path, &root) < 0 || handle_dev(root.st_dev) != c->overlay_dev))
			continue;
		*found = (__u32)pid;
		error = 0;
	}
	fclose(file);
	return error;
}

void volumes_mark(struct container *c)
{
	char detail[128];
	__u32 pid;
	int error;

	if (c->fanotify < 0)
		return;
	error = entered(c, &pid);
	/* Once its own first exec was seen it may have used a volume already. (Of an older one a gap of its own says
	 * so.) */
	if (!error)
		error = mark_all(c, pid, c->volumes_marked || (c->first_exec && !c->older));
	/* Nothing will change that: what it does on its volumes stays unseen. */
	if (refused(error) && c->first_exec && !c->volumes_told) {
		snprintf(detail, sizeof(detail), "its volumes: no way to its mounts through /proc (CAP_SYS_PTRACE): %s",
			 strerror(-error));
		c->volumes_told = gap(c, HF_GAP_MARK_FAILED, c->appeared, 0, 0, false, detail);
	}
}

const char *volumes_point(const struct container *c, int mount_id)
{
	for (const struct volume *v = c->volumes; v; v = v->next)
		if (v->mount_id == mount_id)
			return v->point;
	return NULL;
}

void volumes_forget(struct container *c)
{
	if (c->fanotify >= 0 && c->first_exec && !c->older && !c->volumes_marked && !c->volumes_told)
		gap(c, HF_GAP_VOLUME_LATE, c->appeared, clock_boot(), 0, false,
		    "it ended before its mounts could be read");
	while (c->volumes) {
		struct volume *next = c->volumes->next;

		free(c->volumes->point);
		free(c->volumes);
		c->volumes = next;
	}
}
