// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include "announce.h"
#include "clock.h"
#include "emit.h"

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
