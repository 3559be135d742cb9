/* SPDX-License-Identifier: Apache-2.0 */
/* A container's mounts beside its root: bind mounts, tmpfs, emptyDir, /dev/shm. Main thread only. */
#ifndef HOLDFAST_VOLUMES_H
#define HOLDFAST_VOLUMES_H

struct container;

/* Marks the mounts of c that are not marked yet, when one of its processes has entered them. */
void volumes_mark(struct container *c);

/* Where c has the mount of this id; NULL: it is none of its volumes. */
const char *volumes_point(const struct container *c, int mount_id);

void volumes_forget(struct container *c);

#endif
