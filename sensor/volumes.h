/* SPDX-License-Identifier: Apache-2.0 */
/* A container's mounts beside its root: bind mounts, tmpfs, emptyDir, /dev/shm. Main thread only. */
#ifndef HOLDFAST_VOLUMES_H
#define HOLDFAST_VOLUMES_H

#include <stdbool.h>
#include "types.h"

struct container;

/* Marks the mounts of c, seen by its process `pid`, that are not marked yet. `late`: when c may have used them already.
 */
void volumes_mark(struct container *c, __u32 pid, bool late);

/* A living process of c that has entered its mounts; 0: none yet. */
__u32 volumes_process(const struct container *c);

/* Where c has the mount of this id; NULL: it is none of its volumes. */
const char *volumes_point(const struct container *c, int mount_id);

void volumes_forget(struct container *c);

#endif
