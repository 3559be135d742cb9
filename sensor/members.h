/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a container by its cgroup, and what /proc says of one. Main thread only. */
#ifndef HOLDFAST_MEMBERS_H
#define HOLDFAST_MEMBERS_H

#include <stddef.h>
#include <sys/types.h>
#include "types.h"

struct container;

/* Calls each process of c's cgroup and of those below it. */
void members_each(const struct container *c, void (*each)(__u32 pid, void *context), void *context);

/* Reads /proc/PID/NAME, at most size - 1 bytes; the buffer ends with a NUL. -1: it can't be read */
ssize_t members_read(__u32 pid, const char *name, char *buffer, size_t size);

#endif
