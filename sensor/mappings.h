/* SPDX-License-Identifier: Apache-2.0 */
/* One executable mapping, from perf or from /proc/PID/maps. Main thread only. */
#ifndef HOLDFAST_MAPPINGS_H
#define HOLDFAST_MAPPINGS_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct container;

struct mapping {
	struct hf_process who;
	__u64 time; /* boot ns */
	__u64 address;
	__u64 length;
	__u64 offset;
	__u64 ino; /* as the kernel shows it: since 6.8 of the overlay, before of the real file */
	__u32 gen;
	__u32 dev;
	__u32 protection;
	__u32 map_flags;
	__u16 frame_flags; /* HF_FLAG_* */
	const char *path;
};

void mappings_seen(struct container *c, const struct mapping *m);
void mappings_counts(struct container *c); /* HF_COUNT of those that moved; NULL = all */
void mappings_forget(struct container *c);

#endif
