// SPDX-License-Identifier: Apache-2.0
/*
 * In each lane every container has a queue of its own and the queues take turns, what was executed or mapped before
 * what was opened: a flood of files in one container delays another's by one file of the lane at most.
 */
#include <stdlib.h>
#include "hashqueue.h"

#define SHARES 8      /* one container may have this part of a lane, for each of the two kinds */
#define LARGE_PART 4u /* of the whole backlog, what the lane of large files may hold */

struct queue { /* of one container; in a ring */
	struct queue *next;
	__u64 cgid;
	struct hash_list jobs[2]; /* plain, urgent */
};

static struct lane {
	struct queue *turn; /* whose turn it is not: the one served last */
	__u32 held;	    /* queued, being read or waiting for delivery */
	__u32 room;
} lanes[HASH_LANES];

void hash_append(struct hash_list *list, struct hash_job *job)
{
	job->next = NULL;
	if (!list->first)
		list->last = &list->first;
	*list->last = job;
	list->last = &job->next;
	list->count++;
}

struct hash_job *hash_shift(struct hash_list *list)
{
	struct hash_job *job = list->first;

	if (job) {
		list->first = job->next;
		list->count--;
	}
	return job;
}

void hashqueue_bound(__u32 max_backlog)
{
	lanes[HASH_LARGE].room = max_backlog / LARGE_PART;
	lanes[HASH_SMALL].room = max_backlog - lanes[HASH_LARGE].room;
	for (unsigned i = 0; i < HASH_LANES; i++)
		if (lanes[i].room < SHARES)
			lanes[i].room = SHARES;
}

static struct queue *queue_of(struct lane *lane, __u64 cgid)
{
	struct queue *q = lane->turn;

	if (q)
		do {
			if (q->cgid == cgid)
				return q;
			q = q->next;
		} while (q != lane->turn);
	q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->cgid = cgid;
	q->next = lane->turn ? lane->turn->next : q;
	if (lane->turn)
		lane->turn->next = q;
	lane->turn = q;
	return q;
}

bool hashqueue_put(struct hash_job *job)
{
	struct lane *lane;
	struct queue *q;

	job->lane = job->size < HASH_LARGE_BYTES ? HASH_SMALL : HASH_LARGE;
	lane = &lanes[job->lane];
	q = queue_of(lane, job->cgid);
	/* the last quarter is for what was executed or mapped */
	if (!q || q->jobs[job->urgent].count >= lane->room / SHARES ||
	    lane->held >= (job->urgent ? lane->room : lane->room / 4 * 3))
		return false;
	hash_append(&q->jobs[job->urgent], job);
	lane->held++;
	return true;
}

static void free_queues(struct lane *lane)
{
	while (lane->turn) {
		struct queue *gone = lane->turn->next;

		if (gone == lane->turn)
			lane->turn = NULL;
		else
			lane->turn->next = gone->next;
		free(gone);
	}
}

struct hash_job *hashqueue_take(enum hash_lane which)
{
	struct lane *lane = &lanes[which];

	for (int urgent = 1; urgent >= 0; urgent--) {
		struct queue *q = lane->turn;

		if (!q)
			return NULL;
		do {
			q = q->next;
			if (q->jobs[urgent].first) {
				lane->turn = q;
				return hash_shift(&q->jobs[urgent]);
			}
		} while (q != lane->turn);
	}
	free_queues(lane); /* all are empty */
	return NULL;
}

void hashqueue_leave(const struct hash_job *job)
{
	lanes[job->lane].held--;
}

__u32 hashqueue_backlog(void)
{
	return lanes[HASH_SMALL].held + lanes[HASH_LARGE].held;
}
