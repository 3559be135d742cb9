/* SPDX-License-Identifier: Apache-2.0 */
/* What mounts.c, volumes.c, mappings.c and hash.c need of files.c beyond sources.h. Main thread only. */
#ifndef HOLDFAST_FILES_H
#define HOLDFAST_FILES_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct container;
struct known_file;

/* Marks one mount (O_PATH descriptor of its mount point) in the container's group; -errno */
int files_mark_mount(struct container *c, int fd);

/* What was last reported of the file that the container sees under these numbers; NULL: nothing. */
const struct known_file *files_known(struct container *c, __u32 dev, __u64 ino);

/* Reads what waits in c's queue, but no more than a few hundred events: a flood must not hold up the loop. */
void files_catch_up(struct container *c);

/* Reads c's own queue to its end. */
void files_settle(struct container *c);

#endif
