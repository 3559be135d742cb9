// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "announce.h"
#include "containers.h"
#include "emit.h"
#include "following.h"
#include "gap.h"
#include "hash.h"
#include "kernel_state.h"
#include "keys.h"
#include "mounts.h"
#include "ring.h"
#include "volumes.h"
#include "bpf/records.h"
#include "holdfast.skel.h"

static struct ring_buffer *ring;
static __u64 records;
static int left; /* of this turn's budget */

/* What this turn took of one container's share; given back when another container's records follow, or the turn ends.
 */
static __u64 taken_container;
static __u64 taken_bytes;

static void give_back(void)
{
	struct returned_value back;
	int fd = bpf_map__fd(kernel_object->maps.returned);

	if (taken_bytes && !bpf_map_lookup_elem(fd, &taken_container, &back)) {
		back.bytes += taken_bytes;
		bpf_map_update_elem(fd, &taken_container, &back, BPF_EXIST);
	}
	taken_bytes = 0;
}

static void take(__u64 container, size_t size)
{
	if (container != taken_container)
		give_back();
	taken_container = container;
	taken_bytes += ((size + 7) & ~7ull) + 8;
}

/* The container's own first execution: the runtime's, still outside its mounts, doesn't count. */
static void first_exec(struct container *c, const struct hf_exec *e)
{
	if (c->first_exec || e->h.flags & HF_FLAG_HOST_MNTNS)
		return;
	c->first_exec = e->h.time;
	c->pid = e->self.pid;
	if (!c->older && (!c->marked || c->marked > e->h.time)) {
		c->late = true;
		/* not marked yet: the gap stays open, and is closed by whoever marks it */
		gap(c, HF_GAP_MARK_LATE, e->h.time, c->marked, 0, false, "first execution before the mark");
	}
	/* no guard held its runtime back; or one did, with this container's beginning still behind others' records */
	if (!c->volumes_marked)
		volumes_mark(c);
	else if (!c->older && c->volumes && c->volumes_marked_at > e->h.time)
		gap(c, HF_GAP_VOLUME_LATE, e->h.time, c->volumes_marked_at, 0, false,
		    "first execution before its volumes were marked");
	container_announce(c, HF_CONTAINER_STARTED);
}

/* An overlay that is not the container's root, such as one that it mounted itself, has layers of its own choosing. */
static void own_layers_only(const struct container *c, struct exec_record *record)
{
	struct hf_file *file = &record->e.file;

	if ((file->place == HF_PLACE_LOWER || file->place == HF_PLACE_UPPER) && record->seen_dev != c->overlay_dev)
		file->place = record->e.h.flags & HF_FLAG_HOST_MNTNS ? HF_PLACE_HOST : HF_PLACE_VOLUME;
}

static void on_exec(struct container *c, struct exec_record *record, size_t size)
{
	struct text strings[EXEC_STRINGS];
	const char *at = (const char *)(record + 1), *end = (const char *)record + size;
	char path[PATH_MAX_BYTES + 1];

	for (unsigned i = 0; i < EXEC_STRINGS; i++) {
		size_t length = record->lengths[i];

		if (length > (size_t)(end - at))
			length = end - at;
		strings[i] = (struct text){at, length};
		at += length;
	}
	/* The runtime is at work on this container: its root is mounted by now. */
	if (record->e.h.flags & HF_FLAG_HOST_MNTNS && !c->marked)
		mounts_scan();
	first_exec(c, &record->e);
	own_layers_only(c, record);
	if (!emit(&record->e.h, HF_EXEC, sizeof(record->e), strings, EXEC_STRINGS)) {
		keys_forget(record->e.h.container, record->e.key);
		return;
	}
	memcpy(path, strings[2].bytes, strings[2].length);
	path[strings[2].length] = 0;
	/* fanotify hands over the file of most executions; this finds those that no mark saw, and is nothing where it
	 * did */
	hash_request_by_file(&record->e.file, record->e.h.container, record->e.self.pid, path);
}

static void on_event(struct hf_header *h, size_t size)
{
	struct container *c = container_by_cgid(h->container);

	/* of a cgroup that was followed only until it was known to be no container's */
	if (!c)
		return;
	switch (h->type) {
	case HF_EXEC:
		if (size >= sizeof(struct exec_record))
			on_exec(c, (struct exec_record *)h, size);
		break;
	case HF_FORK:
		if (!emit(h, HF_FORK, sizeof(struct hf_fork), NULL, 0))
			keys_forget_fork(h->container, ((struct hf_fork *)h)->parent.program);
		break;
	case HF_EXIT:
		emit(h, HF_EXIT, sizeof(struct hf_exit), NULL, 0);
		break;
	case HF_CONNECTION:
		if (!emit(h, HF_CONNECTION, sizeof(struct hf_connection), NULL, 0))
			keys_forget(h->container, ((struct hf_connection *)h)->key);
		break;
	}
}

static int on_record(void *context, void *data, size_t size)
{
	/* a copy: emit() writes numbers and flags into the frame, and the ring is read-only */
	static union {
		struct hf_header h;
		struct cgroup_record cgroup;
		unsigned char bytes[sizeof(struct exec_record) + 8192];
	} record;

	(void)context;
	if (size < sizeof(struct hf_header) || size > sizeof(record))
		return 0;
	memcpy(&record, data, size);
	records++;
	if (record.h.type == RECORD_CGROUP_MADE) {
		following_made(&record.cgroup);
	} else if (record.h.type == RECORD_CGROUP_GONE) {
		give_back();
		following_gone(&record.cgroup);
	} else {
		take(record.h.container, size);
		on_event(&record.h, size);
	}
	/* libbpf stops at a negative result, after this record is given back to the ring */
	return --left > 0 ? 0 : -EINTR;
}

int ring_open(void)
{
	ring = ring_buffer__new(bpf_map__fd(kernel_object->maps.ring), on_record, NULL, NULL);
	return ring ? 0 : -errno;
}

void ring_close(void)
{
	ring_buffer__free(ring);
	ring = NULL;
}

int ring_fd(void)
{
	return ring_buffer__epoll_fd(ring);
}

int ring_read(int budget)
{
	int n;

	left = budget;
	n = ring_buffer__consume(ring);
	give_back();
	if (n < 0 && n != -EINTR)
		return n;
	return budget - left;
}

__u64 ring_records(void)
{
	return records;
}

__u64 ring_lost(void)
{
	return kernel_object ? kernel_object->bss->ring_lost : 0;
}
