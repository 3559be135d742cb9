// SPDX-License-Identifier: Apache-2.0
/*
 * A list: hosts have tens of containers, rarely hundreds, and lookups by event go through the pointer that epoll keeps.
 * A container is first seen by its root overlay (mounts.c), before its cgroup exists; frames about it begin when the
 * cgroup gives it its number.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "containers.h"
#include "clock.h"
#include "emit.h"
#include "files.h"
#include "gap.h"
#include "kernel.h"
#include "sources.h"
#include "volumes.h"

static struct container *first;
static unsigned count, limit = 1024;
static __u64 over_limit_told;

void containers_limit(unsigned max)
{
	limit = max;
}

unsigned containers_count(void)
{
	return count;
}

struct container *containers_first(void)
{
	return first;
}

struct container *container_by_cgid(__u64 cgid)
{
	for (struct container *c = first; c; c = c->next)
		if (c->cgid == cgid && cgid)
			return c;
	return NULL;
}

struct container *container_by_id(const char *id)
{
	struct container *found = NULL;

	/* A task that is started again has the same id: the one whose root is mounted counts. */
	for (struct container *c = first; c; c = c->next)
		if (strcmp(c->id, id) == 0 && (!found || found->root_gone))
			found = c;
	return found;
}

struct container *container_by_overlay(__u32 overlay_dev)
{
	for (struct container *c = first; c; c = c->next)
		if (overlay_dev && c->overlay_dev == overlay_dev && !c->root_gone)
			return c;
	return NULL;
}

struct container *container_add(const char *namespace_, const char *id, const char *rootfs)
{
	struct container *c;

	if (count >= limit) {
		__u64 now = clock_boot();

		/* Once a minute is enough to say that something runs unseen. */
		if (!over_limit_told || now - over_limit_told > 60000000000ull) {
			gap(NULL, HF_GAP_MARK_FAILED, now, 0, 0, false, "more containers than --max-containers");
			over_limit_told = now;
		}
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->namespace_ = strdup(namespace_);
	c->id = strdup(id);
	c->rootfs = strdup(rootfs);
	c->fanotify = -1;
	c->appeared = clock_boot();
	if (!c->namespace_ || !c->id || !c->rootfs) {
		free(c->namespace_);
		free(c->id);
		free(c->rootfs);
		free(c);
		return NULL;
	}
	c->next = first;
	first = c;
	count++;
	return c;
}

/* The container that a cgroup's last path element names: ID, or PREFIX-ID.scope as systemd spells it. */
static struct container *named(const char *cgroup_path)
{
	const char *last = strrchr(cgroup_path, '/');
	size_t length;

	last = last ? last + 1 : cgroup_path;
	length = strlen(last);
	if (length > 6 && strcmp(last + length - 6, ".scope") == 0)
		length -= 6;
	for (struct container *c = first; c; c = c->next) {
		size_t id = strlen(c->id);

		if (c->root_gone || c->cgid || id > length)
			continue;
		if (memcmp(last + length - id, c->id, id) != 0)
			continue;
		if (id == length || (last[length] == '.' && last[length - id - 1] == '-'))
			return c;
	}
	return NULL;
}

static bool below(const char *path, const char *parent)
{
	size_t length = strlen(parent);

	return strncmp(path, parent, length) == 0 && path[length] == '/';
}

static struct container *bind(__u64 cgid, const char *cgroup_path, bool look_again)
{
	struct container *c = container_by_cgid(cgid);

	if (c)
		return c;
	/* A container may name the cgroups it makes itself after another one. */
	for (c = first; c; c = c->next)
		if (c->cgroup && below(cgroup_path, c->cgroup))
			return NULL;
	c = named(cgroup_path);
	if (!c && look_again) {
		mounts_scan();
		c = named(cgroup_path);
	}
	if (!c)
		return NULL;
	c->cgroup = strdup(cgroup_path);
	if (!c->cgroup)
		return NULL;
	c->cgid = cgid;
	container_announce(c, HF_CONTAINER_SEEN);
	if (c->marked)
		container_announce(c, HF_CONTAINER_MARKED);
	return c;
}

struct container *container_bind(__u64 cgid, const char *cgroup_path)
{
	return bind(cgid, cgroup_path, true);
}

struct container *container_bind_known(__u64 cgid, const char *cgroup_path)
{
	return bind(cgid, cgroup_path, false);
}

void container_announce(struct container *c, enum hf_container_state state)
{
	struct hf_container frame = {
	    .h = {.time = clock_boot(), .container = c->cgid},
	    .state = state,
	    .flags = (c->older ? HF_CONTAINER_OLDER : 0) | (c->shared_group ? HF_CONTAINER_SHARED_GROUP : 0) |
		     (c->late ? HF_CONTAINER_LATE : 0),
	    .marked = c->marked,
	    .first_exec = c->first_exec,
	    .pid = c->pid,
	};
	const char *cgroup = c->cgroup ? c->cgroup : "";
	struct text strings[] = {
	    {c->namespace_, strlen(c->namespace_)},
	    {c->id, strlen(c->id)},
	    {cgroup, strlen(cgroup)},
	    {c->rootfs, strlen(c->rootfs)},
	};

	if (c->cgid)
		emit(&frame.h, HF_CONTAINER, sizeof(frame), strings, 4);
}

void container_settle(struct container *c)
{
	/* files first: they say which file a mapping holds */
	files_settle(c);
	mappings_read(INT_MAX);
}

void container_remove(struct container *c)
{
	container_settle(c);
	mappings_forget(c);
	files_forget(c);
	volumes_forget(c);
	if (!c->gone) {
		c->gone = true;
		container_announce(c, HF_CONTAINER_GONE);
	}
	for (struct container **at = &first; *at; at = &(*at)->next) {
		if (*at != c)
			continue;
		*at = c->next;
		count--;
		break;
	}
	free(c->namespace_);
	free(c->id);
	free(c->rootfs);
	free(c->cgroup);
	free(c);
}
