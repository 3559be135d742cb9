/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel.c, counts.c and probe.c share: the loaded object. Not for others. */
#ifndef HOLDFAST_KERNEL_STATE_H
#define HOLDFAST_KERNEL_STATE_H

#include <stdbool.h>
#include "types.h"

struct holdfast;
extern struct holdfast *kernel_object; /* NULL: not loaded */

/* Which hooks the kernel took: 0, or its errno. In the order of kernel_hooks. */
struct kernel_hook {
	const char *program;	/* its name in BPF */
	const char *capability; /* what it shows; several hooks may share one */
	int error;
};
extern struct kernel_hook kernel_hooks[];
extern const unsigned kernel_hooks_count;

/* Whether the fields that lead to a file's real inode are there. */
bool kernel_overlay_readable(void);

int kernel_cgroup2_fd(void);

#endif
