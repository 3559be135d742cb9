/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that read files and compute their sha256. Called by the main thread. */
#ifndef HOLDFAST_HASHWORK_H
#define HOLDFAST_HASHWORK_H

#include "hashqueue.h"

struct hash_limits {
	__u64 max_bytes;
	__u32 max_millis;
	__u32 max_backlog;
};

int hashwork_open(const struct hash_limits *limits); /* 0 or -errno */
void hashwork_close(void);			     /* drops what is queued or under way */
int hashwork_fd(void);				     /* readable when results wait */

/* Queues it, unless its lane or its container's share of it is full. */
bool hashwork_put(struct hash_job *job);

/* Moves all finished jobs to the end of `to`. */
void hashwork_results(struct hash_list *to);

/* Gives back the place in the backlog that a finished job still has. */
void hashwork_leave(const struct hash_job *job);

/* Frees a job that is not queued, and its descriptor. */
void hashwork_free(struct hash_job *job);

__u32 hashwork_backlog(void);

#endif
