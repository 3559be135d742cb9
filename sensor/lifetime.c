// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include "lifetime.h"
#include "announce.h"
#include "files.h"
#include "mappings.h"
#include "perf.h"
#include "volumes.h"

void container_settle(struct container *c)
{
	/* files first: they say which file a mapping holds */
	files_settle(c);
	perf_read(INT_MAX);
}

void container_remove(struct container *c)
{
	container_settle(c);
	volumes_forget(c);
	mappings_forget(c);
	files_forget(c);
	if (!c->gone) {
		c->gone = true;
		container_announce(c, HF_CONTAINER_GONE);
	}
	container_delete(c);
}
