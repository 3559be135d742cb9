// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>
#include "clock.h"
#include "containers.h"
#include "counts.h"
#include "emit.h"
#include "gap.h"
#include "kernel_state.h"
#include "keys.h"
#include "mappings.h"
#include "bpf/records.h"
#include "holdfast.skel.h"

static __u64 since; /* keys that moved at or after this are told */

struct visit {
	__u64 container; /* 0 = all */
	bool refused;
};

static void tell(__u64 key, const struct known_value *value, void *context)
{
	struct visit *visit = context;
	struct hf_count count = {
	    .h = {.time = value->last, .container = value->container},
	    .key = value->name,
	    .count = value->count,
	    .first = value->first,
	    .last = value->last,
	    .kind = value->kind,
	};

	(void)key;
	/* the first time was told by the event's own frame */
	if (value->last < since || value->count < 2 || (visit->container && value->container != visit->container))
		return;
	if (container_by_cgid(value->container) && !emit(&count.h, HF_COUNT, sizeof(count), NULL, 0))
		visit->refused = true;
}

/* HF_COUNT for all keys that moved since the last call (of one container, or of all: NULL) */
static void counts_keys(struct container *c)
{
	struct visit visit = {.container = c ? c->cgid : 0};
	__u64 now = clock_boot();

	if (!kernel_object)
		return;
	keys_walk(tell, &visit);
	/* what found no room is told the next time: counts are totals, so telling one twice is no error */
	if (!c && !visit.refused)
		since = now;
}

static bool read_container(__u64 cgid, struct container_value *value, struct returned_value *back)
{
	return kernel_object && cgid &&
	       !bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.containers), &cgid, value) &&
	       !bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.returned), &cgid, back);
}

/* Copies the counters that BPF keeps into c->stats. */
static void read_stats(struct container *c)
{
	struct container_value value;
	struct returned_value back;

	if (!read_container(c->cgid, &value, &back))
		return;
	c->stats.execs = value.execs;
	c->stats.forks = value.forks;
	c->stats.exits = value.exits;
	c->stats.connections = value.connections;
	c->stats.lost_ring = value.lost_ring;
	c->stats.known_execs = value.fine + value.coarse - back.fine - back.coarse;
	c->stats.known_connections = value.known_connections - back.connections;
}

static void tell_loss(struct container *c, enum hf_gap_cause cause, __u64 total, __u64 *told, __u64 from, __u64 to)
{
	/* refused: told the next time */
	if (total > *told && gap(c, cause, from, to, total - *told, false, NULL))
		*told = total;
}

static void gaps_of(struct container *c)
{
	struct container_value value;
	struct returned_value back;
	__u64 now = clock_boot(), before = c->told.time ? c->told.time : c->marked;

	if (read_container(c->cgid, &value, &back)) {
		tell_loss(c, HF_GAP_RING, value.lost_ring, &c->told.ring, c->told.ring ? before : value.lost_first,
			  value.lost_last);
		tell_loss(c, HF_GAP_EXEC_LIMIT, value.exec_limit, &c->told.exec_limit, before, now);
		tell_loss(c, HF_GAP_CONNECTION_LIMIT, value.connection_limit, &c->told.connection_limit, before, now);
	}
	tell_loss(c, HF_GAP_QUEUE, c->stats.lost_queue, &c->told.queue, before, now);
	c->told.time = now;
}

/*
 * The kernel skips a program that would interrupt itself on one CPU. It can't happen where tracepoints run with
 * preemption off, as they do so far; should that change, nobody may take the silence for calm.
 */
static void skipped(void)
{
	static __u64 told, before;
	__u64 total = 0, now = clock_boot();

	for (unsigned i = 0; kernel_object && i < kernel_hooks_count; i++) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);
		struct bpf_program *program =
		    bpf_object__find_program_by_name(kernel_object->obj, kernel_hooks[i].program);

		if (!kernel_hooks[i].error && !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			total += info.recursion_misses;
	}
	if (total > told &&
	    gap(NULL, HF_GAP_RING, before, now, total - told, false, "BPF programs skipped by the kernel")) {
		__sync_fetch_and_add(&kernel_object->bss->ring_lost, total - told);
		told = total;
	}
	before = now;
}

void counts_gaps(void)
{
	/* totals: told later, they are no less true */
	if (!emit_ready())
		return;
	skipped();
	for (struct container *c = containers_first(); c; c = c->next)
		gaps_of(c);
}

static void stats_of(struct container *c)
{
	struct hf_stats frame;
	size_t body = offsetof(struct hf_stats, execs);

	read_stats(c);
	if (!memcmp((char *)&c->stats + body, (char *)&c->sent + body, sizeof(frame) - body))
		return;
	frame = c->stats;
	frame.h = (struct hf_header){.time = clock_boot(), .container = c->cgid};
	if (emit(&frame.h, HF_STATS, sizeof(frame), NULL, 0))
		c->sent = frame;
}

void counts_of(struct container *c)
{
	counts_keys(c);
	mappings_counts(c);
	gaps_of(c);
	stats_of(c);
}

void counts_all(void)
{
	counts_keys(NULL);
	mappings_counts(NULL);
	for (struct container *c = containers_first(); c; c = c->next)
		stats_of(c);
}
