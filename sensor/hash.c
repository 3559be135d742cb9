// SPDX-License-Identifier: Apache-2.0
/*
 * Which files are hashed, and what is told of them. Cost: nothing for a version that was hashed before in any container
 * (hashcache.c). A new one: a queue entry and its descriptor here, reading it elsewhere (hashwork.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "gap.h"
#include "handle.h"
#include "hash.h"
#include "hashcache.h"
#include "hashwork.h"

#define TRIES 3
#define PATH_BYTES 4096

static struct hash_list undelivered;
static __u64 files, bytes;
static __u64 refused, refused_since;

int hash_open(const struct hash_limits *limits)
{
	return hashwork_open(limits);
}

void hash_close(void)
{
	struct hash_job *job;

	hashwork_close();
	while ((job = hash_shift(&undelivered)))
		hashwork_free(job);
}

int hash_fd(void)
{
	return hashwork_fd();
}

__u64 hash_files(void)
{
	return files;
}

__u64 hash_bytes(void)
{
	return bytes;
}

static void told_full(__u64 cgid)
{
	__u64 now = clock_boot();

	/* once a second at most: a flood must not become one of gaps */
	if (!refused++ || now - refused_since > 1000000000ull) {
		gap(container_by_cgid(cgid), HF_GAP_HASH_BACKLOG, now, now, refused, false, NULL);
		refused_since = now;
		refused = 1;
	}
}

bool hash_take(int fd, const struct hf_file *file, __u64 cgid, const char *path, size_t length, bool urgent)
{
	struct hash_job *job;
	struct stat st;

	if (hashcache_known(file) || hashwork_fd() < 0) {
		close(fd);
		return true;
	}
	if (length > PATH_BYTES)
		length = PATH_BYTES;
	job = calloc(1, sizeof(*job) + length);
	if (!job)
		return false;
	job->fd = fd;
	job->file = *file;
	job->size = fstat(fd, &st) == 0 ? (__u64)st.st_size : 0;
	job->cgid = cgid;
	job->urgent = urgent;
	job->length = length;
	memcpy(job->path, path, length);
	if (!hashwork_put(job)) {
		free(job);
		told_full(cgid);
		return false;
	}
	hashcache_add(file);
	return true;
}

static bool tell(const struct hash_job *job, enum hf_hash_status status)
{
	struct hf_file_hash frame = {
	    .h = {.time = clock_boot(), .container = job->cgid},
	    .file = job->file,
	    .size = job->size,
	    .status = status,
	    .micros = job->micros,
	};
	const char *detail = status == HF_HASH_ERROR ? strerror(job->error) : "";
	struct text strings[] = {{job->path, job->length}, {detail, strlen(detail)}};

	if (status == HF_HASH_OK)
		memcpy(frame.sha256, job->sha256, sizeof(frame.sha256));
	return emit(&frame.h, HF_FILE_HASH, sizeof(frame), strings, 2);
}

/* The file is `wanted`, perhaps in a newer version, which is then what `found` says. */
static bool is_it(int fd, const struct hf_file *asked, __u64 cgid, struct hf_file *found)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	handle_identify(fd, &st, container_by_cgid(cgid), found);
	return found->dev == asked->dev && found->ino == asked->ino &&
	       ((asked->flags | found->flags) & HF_FILE_NO_GEN || found->gen == asked->gen);
}

void hash_request_by_link(const struct hf_file *file, __u64 cgid, const char *link, const char *path)
{
	size_t length = strlen(path);
	struct hf_file found = *file;
	struct hash_job *gone;
	bool full = false;
	int fd;

	if (!file->ino || hashcache_known(file))
		return;
	fd = handle_open(file);
	if (fd < 0) {
		int path_fd = handle_path(link);

		fd = path_fd < 0 ? path_fd : handle_reopen(path_fd);
		if (path_fd >= 0)
			close(path_fd);
	}
	if (fd >= 0 && !is_it(fd, file, cgid, &found)) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0) {
		bool same = handle_same(&found, file);

		/* opened by handle it is a file of the layers' filesystem: where it lies, the event said */
		found.place = file->place;
		full = !hash_take(fd, &found, cgid, path, length, true);
		if (full)
			close(fd);
		else if (same)
			return;
	}
	gone = calloc(1, sizeof(*gone) + length);
	if (!gone)
		return;
	gone->file = *file;
	gone->cgid = cgid;
	gone->length = length;
	memcpy(gone->path, path, length);
	/* opened and not returned: a later version of it is there, and is being hashed */
	tell(gone, full ? HF_HASH_BACKLOG : fd >= 0 ? HF_HASH_CHANGING : HF_HASH_GONE);
	free(gone);
}

void hash_request_by_file(const struct hf_file *file, __u64 cgid, __u32 pid, const char *path)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/%u/exe", pid);
	hash_request_by_link(file, cgid, link, path);
}

/* It changed under the reader: that version has no hash, the one that is there now is tried. */
static void again(struct hash_job *job)
{
	struct hf_file now;
	struct stat st;

	hashcache_remove(&job->file);
	if (++job->tries < TRIES && fstat(job->fd, &st) == 0) {
		handle_identify(job->fd, &st, container_by_cgid(job->cgid), &now);
		now.place = job->file.place;
		job->file = now;
		job->size = (__u64)st.st_size;
		if (!hashcache_known(&now) && hashwork_put(job)) {
			hashcache_add(&now);
			return;
		}
	}
	hashwork_free(job);
}

static bool deliver(struct hash_job *job)
{
	if (!tell(job, job->changed ? HF_HASH_CHANGING : job->status))
		return false;
	hashwork_leave(job);
	if (job->changed) {
		again(job);
		return true;
	}
	if (job->status == HF_HASH_OK) {
		files++;
		bytes += job->size;
	}
	hashwork_free(job);
	return true;
}

void hash_deliver(void)
{
	struct hash_list waiting = undelivered;
	struct hash_job *job;

	undelivered = (struct hash_list){0};
	hashwork_results(&waiting);
	while ((job = hash_shift(&waiting)))
		/* refused: it waits here for the next call, its container's share of the way out is full */
		if (!deliver(job))
			hash_append(&undelivered, job);
}
