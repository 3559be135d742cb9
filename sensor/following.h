/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroups BPF follows: classifies those it reports, and enters or removes them in its maps. Part of kernel.c's
 * side. */
#ifndef HOLDFAST_FOLLOWING_H
#define HOLDFAST_FOLLOWING_H

#include "types.h"

struct cgroup_record;

/* Makes BPF follow this cgroup (and those made below it) as a container / stop following one that is not. 0 or -errno
 */
int following_start(__u64 cgid);
int following_stop(__u64 cgid);

void following_made(const struct cgroup_record *record);
void following_gone(const struct cgroup_record *record);

/* Each second: ends of containers that had to wait until the reader had read. */
void following_ends(void);

/* Cgroups whose record was lost in the ring are classified after all. */
void following_reconcile(void);

#endif
