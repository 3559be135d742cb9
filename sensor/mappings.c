// SPDX-License-Identifier: Apache-2.0
/*
 * Executable mappings as they are told. A known one: two table lookups. A new one: opening /proc/PID/map_files once
 * where files.c has not seen the file, one frame, and its hash where it is not known yet.
 *
 * The kernel names an overlay's file by the overlay's numbers (Linux 6.8 and up), so the real file is what files.c saw
 * under these numbers, or what map_files opens while it is mapped. Neither: the frame says that it is not known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "files.h"
#include "gap.h"
#include "handle.h"
#include "hash.h"
#include "known.h"
#include "knownmaps.h"
#include "mappings.h"

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
	key = knownmaps_key(c->cgid, &file, &m->who);
	known = knownmaps_find(c->maps, key);
	if (known) {
		known->count++;
		known->last = m->time;
		return;
	}
	if (!knownmaps_room(c->maps)) {
		if (!c->maps->refused++)
			gap(c, HF_GAP_MAPPING_LIMIT, m->time, 0, 1, false, NULL);
		return;
	}
	if (!report(c, m, &file, key))
		return;
	knownmaps_add(c->maps, key, m->time);
	c->stats.known_mappings = c->maps->used;
	if (file.ino && !(file.flags & HF_FILE_NO_CTIME))
		hash_request_by_link(&file, c->cgid, link, m->path);
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
	if (c->maps)
		knownmaps_free(c->maps);
	c->maps = NULL;
}
