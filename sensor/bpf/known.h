/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What was seen before, and each container's share of what can be remembered and sent. The order is the point: a key is
 * entered before its record is sent (so of two CPUs exactly one reports it) and taken out again when the record found
 * no room, so that a loss is never remembered as seen.
 */
#ifndef HOLDFAST_KNOWN_H
#define HOLDFAST_KNOWN_H

#include "maps.h"

/* true: known, and counted */
static __always_inline bool known_touch(__u64 key, __u64 now)
{
	struct known_value *value = bpf_map_lookup_elem(&known, &key);

	if (!value)
		return false;
	add(&value->count, 1);
	value->last = now;
	return true;
}

static __always_inline __u32 known_bound(__u32 bound)
{
	return known_entries - known_returned > KNOWN_CROWDED ? bound / CROWDED_SHARE : bound;
}

/* false: another CPU was first, or there is no room */
static __always_inline bool known_enter(__u64 key, __u64 container, __u64 name, __u32 kind, bool coarse, __u64 now)
{
	struct known_value value = {
	    .container = container,
	    .name = name,
	    .count = 1,
	    .first = now,
	    .last = now,
	    .kind = kind,
	    .coarse = coarse,
	};

	if (bpf_map_update_elem(&known, &key, &value, BPF_NOEXIST))
		return false;
	add(&known_entries, 1);
	return true;
}

static __always_inline void known_leave(__u64 key)
{
	if (!bpf_map_delete_elem(&known, &key))
		add(&known_entries, -1);
}

static __always_inline __u64 ring_bytes(__u64 size)
{
	return ((size + 7) & ~7ull) + 8; /* as the ring rounds, with its header */
}

static __always_inline void count_loss(struct container_value *c, __u64 now)
{
	if (!c->lost_first)
		c->lost_first = now;
	c->lost_last = now;
	add(&c->lost_ring, 1);
	add(&ring_lost, 1);
}

/*
 * Takes `size` bytes of the container's share. Ring space that user space has not taken back counts; what is checked
 * before it is added can overshoot by one record per CPU, which the reserve covers.
 */
static __always_inline bool share_take(struct container_value *c, struct returned_value *back, __u64 size)
{
	__u64 bytes = ring_bytes(size);

	if (c->submitted - back->bytes + bytes > RING_SHARE)
		return false;
	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) + bytes > RING_BYTES - RING_RESERVE)
		return false;
	add(&c->submitted, bytes);
	return true;
}

static __always_inline void share_give(struct container_value *c, __u64 size)
{
	add(&c->submitted, -ring_bytes(size));
}

/* Sends a whole record from memory of the caller's; false: lost, and counted. */
static __always_inline bool submit(struct container_value *c, struct returned_value *back, void *record, __u64 size,
				   __u64 now)
{
	if (share_take(c, back, size)) {
		if (!bpf_ringbuf_output(&ring, record, size, 0))
			return true;
		share_give(c, size);
	}
	count_loss(c, now);
	return false;
}

#endif
