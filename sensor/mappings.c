// SPDX-License-Identifier: Apache-2.0
/*
 * Executable mappings, system-wide, from a software event that itself never counts: the kernel writes a record for each
 * into a ring per CPU, which is read on every turn of the loop.
 *
 * Cost: writing the record, where it happens; here some 0.5 us for one of no container, two table lookups for a known
 * one. A new one: opening /proc/PID/map_files once where files.c has not seen the file, one frame, and its hash where
 * it is not known yet. No wakeup per record: the rings wake the loop at half full.
 *
 * A record names an overlay's file by the overlay's numbers (Linux 6.8 and up), so the real file is what files.c saw
 * under these numbers, or what map_files opens while it is mapped. Neither: the frame says that it is not known.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "files.h"
#include "gap.h"
#include "handle.h"
#include "kernel.h"
#include "known.h"
#include "mappings.h"
#include "snapshot.h"
#include "sources.h"
#include "bpf/keyed.h"

#define RING_PAGES 32 /* 128 KiB a CPU; power of two */
#define CPUS_MAX 1024
#define KNOWN_MAPPINGS 8192 /* distinct ones remembered per container */
#define REPAIR_EVERY 1000000000ull

struct known_mapping {
	__u64 key; /* 0 = free */
	__u64 count;
	__u64 sent; /* the count last sent */
	__u64 first;
	__u64 last;
};

struct known_maps {
	struct known_mapping *slots;
	unsigned capacity;
	unsigned used;
	__u64 refused;
};

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
static __u64 secrets[2];

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

int mappings_open(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int error = -ENODEV;

	if (getrandom(secrets, sizeof(secrets), 0) != sizeof(secrets))
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

void mappings_close(void)
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

int mappings_epoll(void)
{
	return epoll;
}

__u64 mappings_records(void)
{
	return records;
}

__u64 mappings_lost(void)
{
	return lost;
}

static struct known_mapping *slot(struct known_maps *k, __u64 key)
{
	unsigned i = (unsigned)key & (k->capacity - 1);

	while (k->slots[i].key && k->slots[i].key != key)
		i = (i + 1) & (k->capacity - 1);
	return &k->slots[i];
}

static bool grow(struct known_maps *k)
{
	struct known_maps larger = *k;

	larger.capacity = k->capacity ? k->capacity * 2 : 64;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (unsigned i = 0; i < k->capacity; i++)
		if (k->slots[i].key)
			*slot(&larger, k->slots[i].key) = k->slots[i];
	free(k->slots);
	*k = larger;
	return true;
}

static __u64 key_of(const struct container *c, const struct hf_file *file, const struct hf_process *who)
{
	struct sip s;

	sip_start(&s, secrets[0], secrets[1]);
	sip_word(&s, c->cgid);
	if (file->ino) {
		sip_word(&s, file->dev << 32 | file->gen);
		sip_word(&s, file->ino);
		sip_word(&s, file->ctime);
	} else {
		sip_word(&s, who->program); /* memory of its own making: once per program */
	}
	return sip_end(&s);
}

/* The file that the mapping itself holds; false: the process is gone, or has unmapped it. */
static bool by_map_files(const struct container *c, const struct mapping *m, const char *link, struct hf_file *file)
{
	/* O_PATH: the file is not opened, so nobody is told, and no device or FIFO can make us wait */
	int fd = handle_path(link);
	struct stat st;
	bool is = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0) {
		handle_identify(fd, &st, c, file);
		/* by the overlay's numbers or, before Linux 6.8, the real file's */
		is = (handle_dev(st.st_dev) == m->dev && st.st_ino == m->ino) ||
		     (file->dev == m->dev && file->ino == m->ino);
	}
	close(fd);
	return is;
}

static void resolve(struct container *c, const struct mapping *m, const char *link, struct hf_file *file)
{
	const struct known_file *known = files_known(c, m->dev, m->ino);
	bool overlay = c->overlay_dev && m->dev == c->overlay_dev;
	__u64 then = m->time + clock_realtime_offset();
	struct stat st;
	int fd;

	/* A file is opened before it is mapped: that event waits in the container's queue. */
	if (!known) {
		files_catch_up(c);
		known = files_known(c, m->dev, m->ino);
	}
	/*
	 * A version whose ctime lies before the mapping and that files.c has seen is the one that was mapped. A later
	 * one may have taken its place (or its inode number) since: then the one before it counts.
	 */
	if (known && known->file.ino && known->file.ctime <= then) {
		*file = known->file;
		return;
	}
	if (by_map_files(c, m, link, file))
		return;
	if (known && known->file.ino) {
		*file = known->before.ino && known->before.ctime <= then ? known->before : known->file;
		if (file->ctime > then)
			file->flags |= HF_FILE_NO_CTIME;
		return;
	}
	*file = (struct hf_file){
	    .dev = overlay ? c->snapshot_dev : m->dev,
	    .ino = m->ino,
	    .gen = m->gen,
	    .place = overlay				   ? HF_PLACE_UNKNOWN
		     : strncmp(m->path, "/memfd:", 7) == 0 ? HF_PLACE_MEMFD
							   : HF_PLACE_VOLUME,
	    .flags = HF_FILE_NO_CTIME | (overlay || !m->gen ? HF_FILE_NO_GEN : 0),
	};
	if (m->dev != c->snapshot_dev || file->flags & HF_FILE_NO_GEN)
		return;
	/* before Linux 6.8: a layer's file by its own numbers */
	file->place = HF_PLACE_UNKNOWN;
	fd = handle_open(file);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		handle_identify(fd, &st, c, file);
		file->place = HF_PLACE_UNKNOWN;
	}
	close(fd);
}

static bool report(struct container *c, const struct mapping *m, const struct hf_file *file, __u64 key)
{
	struct hf_mapping frame = {
	    .h = {.time = m->time, .container = c->cgid, .flags = m->frame_flags},
	    .who = m->who,
	    .file = *file,
	    .key = key,
	    .address = m->address,
	    .length = m->length,
	    .offset = m->offset,
	    .protection = m->protection,
	    .map_flags = m->map_flags,
	};
	struct text path = {m->path, strlen(m->path)};

	return emit(&frame.h, HF_MAPPING, sizeof(frame), &path, 1);
}

static bool anonymous(const struct mapping *m)
{
	return !m->ino && (!m->path[0] || strcmp(m->path, "//anon") == 0 || strcmp(m->path, "[heap]") == 0 ||
			   strncmp(m->path, "[stack", 6) == 0 || strncmp(m->path, "[anon:", 6) == 0);
}

void mappings_seen(struct container *c, const struct mapping *m)
{
	struct known_mapping *known;
	struct hf_file file = {0};
	char link[96];
	__u64 key;

	if (!c->maps)
		c->maps = calloc(1, sizeof(*c->maps));
	if (!c->maps)
		return;
	c->stats.mappings++;
	if (!m->ino && !anonymous(m))
		return; /* [vdso] and others of the kernel's own */
	snprintf(link, sizeof(link), "/proc/%u/map_files/%llx-%llx", m->who.pid, (unsigned long long)m->address,
		 (unsigned long long)(m->address + m->length));
	if (m->ino)
		resolve(c, m, link, &file);
	/* the runtime's own, before it enters the container's mounts; or an escape */
	if (m->frame_flags & HF_FLAG_HOST_MNTNS && file.place == HF_PLACE_VOLUME)
		file.place = HF_PLACE_HOST;
	key = key_of(c, &file, &m->who);
	if (c->maps->capacity) {
		known = slot(c->maps, key);
		if (known->key) {
			known->count++;
			known->last = m->time;
			return;
		}
	}
	if (c->maps->used >= KNOWN_MAPPINGS || (c->maps->used + 1 > c->maps->capacity / 4 * 3 && !grow(c->maps))) {
		if (!c->maps->refused++)
			gap(c, HF_GAP_MAPPING_LIMIT, m->time, 0, 1, false, NULL);
		return;
	}
	if (!report(c, m, &file, key))
		return;
	*slot(c->maps, key) =
	    (struct known_mapping){.key = key, .count = 1, .sent = 1, .first = m->time, .last = m->time};
	c->stats.known_mappings = ++c->maps->used;
	if (file.ino && !(file.flags & HF_FILE_NO_CTIME))
		hash_request_by_link(&file, c->cgid, link, m->path);
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
		if (!kernel_process(r->pid, id->time, &last->who, &last->cgid, &last->flags))
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
		snapshot_mappings(c);
		gap(c, HF_GAP_PERF, lost_from, lost_to, count, true,
		    "read again from /proc/PID/maps, but of processes that ended");
	}
	lost_to = 0;
}

int mappings_read(int budget)
{
	int handled = 0;

	for (unsigned i = 0; i < ring_count; i++)
		handled += read_ring(&rings[i], budget / (int)ring_count + 1);
	if (lost_untold)
		repair();
	return handled;
}

static void counts(struct container *c)
{
	for (unsigned i = 0; c->maps && i < c->maps->capacity; i++) {
		struct known_mapping *k = &c->maps->slots[i];
		struct hf_count frame = {
		    .h = {.time = clock_boot(), .container = c->cgid},
		    .key = k->key,
		    .count = k->count,
		    .first = k->first,
		    .last = k->last,
		    .kind = HF_COUNT_MAPPING,
		};

		if (k->key && k->count != k->sent && emit(&frame.h, HF_COUNT, sizeof(frame), NULL, 0))
			k->sent = k->count;
	}
}

void mappings_counts(struct container *only)
{
	if (only) {
		counts(only);
		return;
	}
	for (struct container *c = containers_first(); c; c = c->next)
		counts(c);
}

void mappings_forget(struct container *c)
{
	if (c->maps) {
		free(c->maps->slots);
		free(c->maps);
	}
	c->maps = NULL;
}
