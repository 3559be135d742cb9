/* SPDX-License-Identifier: Apache-2.0 */
/* Which executable mappings of one container were reported. Main thread only. */
#ifndef HOLDFAST_KNOWNMAPS_H
#define HOLDFAST_KNOWNMAPS_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct container;

#define KNOWN_MAPPINGS 8192 /* distinct ones remembered per container */

struct known_mapping {
	__u64 key; /* 0 = free */
	__u64 count;
	__u64 sent; /* the count last sent */
	__u64 first;
	__u64 last;
};

struct known_maps {
	struct known_mapping *slots;
	unsigned capacity; /* power of two; 0 = nothing allocated yet */
	unsigned used;
	__u64 refused;
};

int knownmaps_open(void); /* draws the secret of the keys; 0 or -errno */

/* The key of a mapping of `file` by `who`; memory without a file (file->ino 0) is told once per program. */
__u64 knownmaps_key(__u64 cgid, const struct hf_file *file, const struct hf_process *who);

struct known_mapping *knownmaps_find(struct known_maps *k, __u64 key); /* NULL: not known */
bool knownmaps_room(struct known_maps *k);			       /* false: the bound is reached, or no memory */
void knownmaps_add(struct known_maps *k, __u64 key, __u64 when);       /* after knownmaps_room() */
void knownmaps_free(struct known_maps *k);

#endif
