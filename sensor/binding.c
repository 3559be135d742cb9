// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include "binding.h"
#include "announce.h"
#include "mounts.h"

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
	for (c = containers_first(); c; c = c->next)
		if (c->cgroup && below(cgroup_path, c->cgroup))
			return NULL;
	c = container_named(cgroup_path);
	if (!c && look_again) {
		mounts_scan();
		c = container_named(cgroup_path);
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
