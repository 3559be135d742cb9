/* SPDX-License-Identifier: Apache-2.0 */
/* Which file is hashed next. No lock of its own: hashwork.c calls it under its. */
#ifndef HOLDFAST_HASHQUEUE_H
#define HOLDFAST_HASHQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"
#include "frames.h"

/* Two lanes, each with a worker of its own: the hash of a library must not wait for that of a database. */
enum hash_lane { HASH_SMALL, HASH_LARGE, HASH_LANES };
#define HASH_LARGE_BYTES (4u << 20) /* from here on: some 10 ms of reading */

struct hash_job {
	struct hash_job *next;
	struct hf_file file;
	__u64 cgid;
	__u64 size; /* when it was queued; then as read */
	int fd;
	int error;
	__u32 micros;
	unsigned tries;
	bool urgent;  /* executed or mapped: before what was only opened */
	bool changed; /* while or before it was read */
	enum hash_lane lane;
	enum hf_hash_status status;
	unsigned char sha256[32];
	size_t length;
	char path[];
};

struct hash_list {
	struct hash_job *first, **last;
	unsigned count;
};

void hash_append(struct hash_list *list, struct hash_job *job);
struct hash_job *hash_shift(struct hash_list *list); /* NULL: empty */

/* Both lanes together hold no more than this many jobs, until hashqueue_leave() is called for them. */
void hashqueue_bound(__u32 max_backlog);

/* Into the lane for its size. false: that lane, or its container's share of it, is full. */
bool hashqueue_put(struct hash_job *job);

/* The next one in turn; NULL: none waits in this lane. It still counts. */
struct hash_job *hashqueue_take(enum hash_lane lane);

/* A job's result is on its way out, or it is dropped: its place is free. */
void hashqueue_leave(const struct hash_job *job);

__u32 hashqueue_backlog(void);

#endif
