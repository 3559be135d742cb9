// SPDX-License-Identifier: Apache-2.0
/*
 * System-wide, from a software event that itself never counts: the kernel writes a record for each mapping into a ring
 * per CPU, which is read on every turn of the loop.
 *
 * Cost: writing the record, where it happens; here some 0.5 us for one of no container. No wakeup per record: the rings
 * wake the loop at half full.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "gap.h"
#include "knownmaps.h"
#include "mappings.h"
#include "maps.h"
#include "perf.h"
#include "processes.h"

#define RING_PAGES 32 /* 128 KiB a CPU; power of two */
#define CPUS_MAX 1024
#define REPAIR_EVERY 1000000000ull

struct ring {
	int fd;
	struct perf_event_mmap_page *page;
	size_t size; /* of the data */
	__u64 last;  /* boot ns of its last record read */
};

static struct ring *rings;
static unsigned ring_count;
static int epoll = -1;
static __u64 records, lost, lost_untold;
static __u64 lost_from, lost_to, repaired_at;

static int ring_open_cpu(int cpu, struct ring *ring)
{
	struct perf_event_attr attributes = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attributes),
	    .config = PERF_COUNT_SW_DUMMY,
	    .sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU,
	    .mmap = 1,
	    .mmap2 = 1,
	    .sample_id_all = 1,
	    .use_clockid = 1,
	    .clockid = CLOCK_BOOTTIME,
	    .watermark = 1,
	};
	long page = sysconf(_SC_PAGESIZE);
	struct epoll_event wanted = {.events = EPOLLIN};

	for (int pages = RING_PAGES; pages; pages /= 2) {
		ring->size = (size_t)pages * (size_t)page;
		attributes.wakeup_watermark = (__u32)(ring->size / 2);
		ring->fd = (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (ring->fd < 0)
			return -errno;
		ring->page = mmap(NULL, ring->size + (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
		if (ring->page != MAP_FAILED) {
			epoll_ctl(epoll, EPOLL_CTL_ADD, ring->fd, &wanted);
			return 0;
		}
		/* EPERM: more locked memory than allowed */
		close(ring->fd);
		if (errno != EPERM && errno != ENOMEM)
			break;
	}
	return -errno;
}

int perf_open(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int error = -ENODEV;

	if (knownmaps_open() < 0)
		return -EIO;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	rings = calloc((size_t)cpus, sizeof(*rings));
	if (epoll < 0 || !rings)
		return -ENOMEM;
	for (int cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++) {
		int one = ring_open_cpu(cpu, &rings[ring_count]);

		if (one == 0)
			ring_count++;
		else if (one != -ENODEV) /* ENODEV: that CPU is off */
			error = one;
	}
	return ring_count ? 0 : error;
}

void perf_close(void)
{
	for (unsigned i = 0; i < ring_count; i++) {
		munmap(rings[i].page, rings[i].size + (size_t)sysconf(_SC_PAGESIZE));
		close(rings[i].fd);
	}
	free(rings);
	rings = NULL;
	ring_count = 0;
	if (epoll >= 0)
		close(epoll);
	epoll = -1;
}

int perf_epoll(void)
{
	return epoll;
}

__u64 perf_records(void)
{
	return records;
}

__u64 perf_lost(void)
{
	return lost;
}

struct mmap2 {
	struct perf_event_header header;
	__u32 pid, tid;
	__u64 address;
	__u64 length;
	__u64 offset;
	__u32 major, minor;
	__u64 ino;
	__u64 generation;
	__u32 protection, flags;
	char path[];
};

struct sample_id {
	__u32 pid, tid;
	__u64 time;
	__u32 cpu, reserved;
};

/* A process's container is asked for once per run of records: a program maps its libraries one after another. */
struct whose {
	__u32 pid;
	struct hf_process who;
	__u64 cgid;
	__u32 flags;
};

static void on_mmap(const struct mmap2 *r, size_t size, struct whose *last)
{
	const struct sample_id *id = (const void *)((const char *)r + size - sizeof(*id));
	struct container *c;

	if (size < sizeof(*r) + sizeof(*id) + 1 || !memchr(r->path, 0, size - sizeof(*r) - sizeof(*id)))
		return;
	if (!(r->protection & PROT_EXEC))
		return;
	if (last->pid != r->pid) {
		last->pid = r->pid;
		last->cgid = 0;
		if (!process_find(r->pid, id->time, &last->who, &last->cgid, &last->flags))
			last->cgid = 0;
	}
	c = last->cgid ? container_by_cgid(last->cgid) : NULL;
	if (!c)
		return;
	mappings_seen(c, &(struct mapping){
			     .who = last->who,
			     .time = id->time,
			     .address = r->address,
			     .length = r->length,
			     .offset = r->offset,
			     .ino = r->ino,
			     .gen = (__u32)r->generation,
			     .dev = r->major << 20 | r->minor,
			     .protection = r->protection,
			     .map_flags = r->flags,
			     .frame_flags = (__u16)(last->flags & HF_FLAG_HOST_MNTNS),
			     .path = r->path,
			 });
}

/* Lost between the record before and the one that says so. */
static void told_lost(__u64 count, __u64 from, __u64 to)
{
	if (!lost_untold || from < lost_from)
		lost_from = from;
	if (to > lost_to)
		lost_to = to;
	lost += count;
	lost_untold += count;
}

static int read_ring(struct ring *ring, int budget)
{
	static __u64 record[65536 / sizeof(__u64)];
	struct perf_event_header *header = (void *)record;
	const char *data = (const char *)ring->page + sysconf(_SC_PAGESIZE);
	__u64 head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE), tail = ring->page->data_tail;
	struct whose last = {0};
	__u64 time = ring->last;
	int handled = 0;

	while (tail < head && handled < budget) {
		size_t at = (size_t)(tail % ring->size), first;

		/* records are multiples of eight, so their header is in one piece */
		memcpy(header, data + at, sizeof(*header));
		if (header->size < sizeof(*header) || header->size > head - tail) {
			tail = head; /* can't be: start over */
			break;
		}
		first = ring->size - at < header->size ? ring->size - at : header->size;
		/* what every record ends with */
		if (header->size >= sizeof(*header) + sizeof(struct sample_id))
			memcpy(&time,
			       data + (tail + header->size -
				       (sizeof(struct sample_id) - offsetof(struct sample_id, time))) %
					  ring->size,
			       sizeof(time));
		tail += header->size;
		handled++;
		if (header->type == PERF_RECORD_LOST) {
			memcpy(record, data + at, first);
			memcpy((char *)record + first, data, header->size - first);
			told_lost(record[2], ring->last, time); /* behind header and id */
		} else if (header->type == PERF_RECORD_MMAP2) {
			size_t size = header->size;

			memcpy(record, data + at, first);
			memcpy((char *)record + first, data, size - first);
			records++;
			on_mmap((const void *)record, size, &last);
		}
		ring->last = time;
	}
	__atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
	return handled;
}

/* What was mapped while records were lost is still mapped, or was not mapped for long: the first is read again. */
static void repair(void)
{
	__u64 now = clock_boot(), count = lost_untold;

	if (repaired_at && now - repaired_at < REPAIR_EVERY)
		return;
	repaired_at = now;
	lost_untold = 0;
	for (struct container *c = containers_first(); c; c = c->next) {
		if (!c->cgid)
			continue;
		c->stats.lost_perf += count;
		maps_container(c);
		gap(c, HF_GAP_PERF, lost_from, lost_to, count, true,
		    "read again from /proc/PID/maps, but of processes that ended");
	}
	lost_to = 0;
}

int perf_read(int budget)
{
	int handled = 0;

	for (unsigned i = 0; i < ring_count; i++)
		handled += read_ring(&rings[i], budget / (int)ring_count + 1);
	if (lost_untold)
		repair();
	return handled;
}
