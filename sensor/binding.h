/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a cgroup is. Main thread only. */
#ifndef HOLDFAST_BINDING_H
#define HOLDFAST_BINDING_H

#include "containers.h"

/*
 * A cgroup was made or found: is it a container's? Matches its last path element with a known root, rereading mountinfo
 * once when nothing matches. NULL: not a container's.
 */
struct container *container_bind(__u64 cgid, const char *cgroup_path);

/* As container_bind(), without rereading mountinfo. */
struct container *container_bind_known(__u64 cgid, const char *cgroup_path);

#endif
