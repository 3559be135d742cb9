// SPDX-License-Identifier: Apache-2.0
/*
 * A list: hosts have tens of containers, rarely hundreds, and lookups by event go through the pointer that epoll keeps.
 * A container is first seen by its root overlay (mounts.c), before its cgroup exists; frames about it begin when the
 * cgroup gives it its number.
 */
#include <stdlib.h>
#include <string.h>
#include "containers.h"
#include "clock.h"

static struct container *first;
static unsigned count, limit = 1024;

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

struct container *container_by_overlay(__u32 overlay_dev)
{
	for (struct container *c = first; c; c = c->next)
		if (overlay_dev && c->overlay_dev == overlay_dev && !c->root_gone)
			return c;
	return NULL;
}

void container_delete(struct container *c)
{
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

struct container *container_add(const char *namespace_, const char *id, const char *rootfs)
{
	struct container *c;

	if (count >= limit)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->namespace_ = strdup(namespace_);
	c->id = strdup(id);
	c->rootfs = strdup(rootfs);
	c->fanotify = -1;
	c->appeared = clock_boot();
	if (!c->namespace_ || !c->id || !c->rootfs) {
		container_delete(c);
		return NULL;
	}
	c->next = first;
	first = c;
	count++;
	return c;
}

struct container *container_named(const char *cgroup_path)
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
