// SPDX-License-Identifier: Apache-2.0
/*
 * sha256 of open files, in one worker thread. The descriptor is the very file that was opened or executed, so nothing
 * can be put in its place; its ctime before and after says whether it changed meanwhile.
 *
 * Cost: nothing for a version that was hashed before in any container (hashcache.c). A new one: a queue entry and its
 * descriptor here; reading it once there, 128 KiB at a time. One container's files wait in its own queue and the queues
 * take turns, what was executed or mapped before what was opened: a flood of files in one container delays another's by
 * one file at most.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: small when linked statically, where EVP brings all of libcrypto */
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "gap.h"
#include "handle.h"
#include "hashcache.h"
#include "sources.h"

#define CHUNK (128u << 10)
#define TRIES 3
#define SHARES 8 /* one container may have this part of the backlog, for each of the two kinds */
#define PATH_BYTES 4096

struct job {
	struct job *next;
	struct hf_file file;
	__u64 cgid;
	__u64 size;
	int fd;
	int error;
	__u32 micros;
	unsigned tries;
	bool urgent;
	bool changed; /* while or before it was read */
	enum hf_hash_status status;
	unsigned char sha256[SHA256_DIGEST_LENGTH];
	size_t length;
	char path[];
};

struct list {
	struct job *first, **last;
	unsigned count;
};

struct queue { /* of one container; in a ring */
	struct queue *next;
	__u64 cgid;
	struct list jobs[2]; /* plain, urgent */
};

static struct hash_limits limits;
static pthread_t worker;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
static int results = -1; /* eventfd */
static bool running;

/* under the lock */
static struct queue *turn; /* whose turn it is not: the one served last */
static struct list done;
static bool stopping;
static unsigned backlog; /* queued, being read or waiting for delivery */

/* main thread */
static struct list undelivered;
static __u64 files, bytes;
static __u64 refused, refused_since;

static void append(struct list *list, struct job *job)
{
	job->next = NULL;
	if (!list->first)
		list->last = &list->first;
	*list->last = job;
	list->last = &job->next;
	list->count++;
}

static struct job *shift(struct list *list)
{
	struct job *job = list->first;

	if (job) {
		list->first = job->next;
		list->count--;
	}
	return job;
}

static struct queue *queue_of(__u64 cgid)
{
	struct queue *q = turn;

	if (q)
		do {
			if (q->cgid == cgid)
				return q;
			q = q->next;
		} while (q != turn);
	q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->cgid = cgid;
	q->next = turn ? turn->next : q;
	if (turn)
		turn->next = q;
	turn = q;
	return q;
}

/* The next job in turn; empty queues go. */
static struct job *take(void)
{
	for (int urgent = 1; urgent >= 0; urgent--) {
		struct queue *q = turn;

		if (!q)
			return NULL;
		do {
			q = q->next;
			if (q->jobs[urgent].first) {
				turn = q;
				return shift(&q->jobs[urgent]);
			}
		} while (q != turn);
	}
	while (turn) {
		struct queue *gone = turn->next;

		if (gone == turn)
			turn = NULL;
		else
			turn->next = gone->next;
		free(gone);
	}
	return NULL;
}

static __u64 micros_now(void)
{
	return clock_boot() / 1000;
}

static bool unchanged(const struct job *job, struct stat *st)
{
	return fstat(job->fd, st) == 0 && handle_ctime(st) == job->file.ctime;
}

static void read_all(struct job *job, unsigned char *buffer)
{
	__u64 started = micros_now(), size = 0;
	SHA256_CTX sha;
	struct stat st;

	job->changed = false;
	job->status = HF_HASH_OK;
	if (!unchanged(job, &st)) {
		job->changed = true;
		return;
	}
	job->size = (__u64)st.st_size;
	if (job->size > limits.max_bytes) {
		job->status = HF_HASH_TOO_BIG;
		return;
	}
	SHA256_Init(&sha);
	for (;;) {
		ssize_t n = pread(job->fd, buffer, CHUNK, (off_t)size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			job->status = HF_HASH_ERROR;
			job->error = errno;
			break;
		}
		if (n == 0)
			break;
		SHA256_Update(&sha, buffer, (size_t)n);
		size += (__u64)n;
		if (size > limits.max_bytes)
			job->status = HF_HASH_TOO_BIG;
		else if (micros_now() - started > (__u64)limits.max_millis * 1000)
			job->status = HF_HASH_TOO_SLOW;
		if (job->status != HF_HASH_OK)
			break;
	}
	job->micros = (__u32)(micros_now() - started);
	if (job->status != HF_HASH_OK)
		return;
	SHA256_Final(job->sha256, &sha);
	job->changed = !unchanged(job, &st) || size != (__u64)st.st_size;
}

static void *work(void *nothing)
{
	unsigned char *buffer = malloc(CHUNK);

	prctl(PR_SET_NAME, "hash");
	pthread_mutex_lock(&lock);
	for (;;) {
		struct job *job = stopping ? NULL : take();
		__u64 one = 1;

		if (stopping)
			break;
		if (!job) {
			pthread_cond_wait(&wanted, &lock);
			continue;
		}
		pthread_mutex_unlock(&lock);
		if (buffer) {
			read_all(job, buffer);
		} else {
			job->status = HF_HASH_ERROR;
			job->error = ENOMEM;
		}
		pthread_mutex_lock(&lock);
		append(&done, job);
		if (write(results, &one, sizeof(one)) < 0)
			continue; /* full: it is readable anyway */
	}
	pthread_mutex_unlock(&lock);
	free(buffer);
	return nothing;
}

int hash_open(const struct hash_limits *given)
{
	struct rlimit descriptors;
	sigset_t all, before;
	int error;

	limits = *given;
	/* each waiting file holds a descriptor */
	if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && limits.max_backlog > descriptors.rlim_cur / 2)
		limits.max_backlog = (__u32)(descriptors.rlim_cur / 2);
	if (limits.max_backlog < SHARES)
		limits.max_backlog = SHARES;
	results = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (results < 0)
		return -errno;
	/* signals are the main thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&worker, NULL, work, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	running = !error;
	return -error;
}

static void drop(struct job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	free(job);
}

void hash_close(void)
{
	struct job *job;

	if (!running)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&wanted);
	pthread_mutex_unlock(&lock);
	pthread_join(worker, NULL);
	running = false;
	while ((job = take()) || (job = shift(&done)) || (job = shift(&undelivered)))
		drop(job);
	close(results);
	results = -1;
}

int hash_fd(void)
{
	return results;
}

__u32 hash_backlog(void)
{
	__u32 n;

	pthread_mutex_lock(&lock);
	n = backlog;
	pthread_mutex_unlock(&lock);
	return n;
}

__u64 hash_files(void)
{
	return files;
}

__u64 hash_bytes(void)
{
	return bytes;
}

/* Puts a job into its container's queue, unless that is full. */
static bool enqueue(struct job *job)
{
	struct queue *q;
	bool room;

	pthread_mutex_lock(&lock);
	q = queue_of(job->cgid);
	/* the last quarter is for what was executed or mapped */
	room = q && q->jobs[job->urgent].count < limits.max_backlog / SHARES &&
	       backlog < (job->urgent ? limits.max_backlog : limits.max_backlog / 4 * 3);
	if (room) {
		append(&q->jobs[job->urgent], job);
		backlog++;
		pthread_cond_signal(&wanted);
	}
	pthread_mutex_unlock(&lock);
	return room;
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
	struct job *job;

	if (hashcache_known(file) || !running) {
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
	job->cgid = cgid;
	job->urgent = urgent;
	job->length = length;
	memcpy(job->path, path, length);
	if (!enqueue(job)) {
		free(job);
		told_full(cgid);
		return false;
	}
	hashcache_add(file);
	return true;
}

static bool tell(const struct job *job, enum hf_hash_status status)
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

void hash_request(int fd, const struct hf_file *file, __u64 cgid, const char *path)
{
	if (!hash_take(fd, file, cgid, path, strlen(path), true))
		close(fd);
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
	struct job *gone;
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
static bool again(struct job *job)
{
	struct hf_file now;
	struct stat st;

	if (!tell(job, HF_HASH_CHANGING))
		return false;
	hashcache_remove(&job->file);
	if (++job->tries >= TRIES || fstat(job->fd, &st) < 0) {
		drop(job);
		return true;
	}
	handle_identify(job->fd, &st, container_by_cgid(job->cgid), &now);
	now.place = job->file.place;
	job->file = now;
	if (hashcache_known(&now) || !enqueue(job)) {
		drop(job);
		return true;
	}
	hashcache_add(&now);
	return true;
}

static bool deliver(struct job *job)
{
	if (job->changed)
		return again(job);
	if (!tell(job, job->status))
		return false;
	if (job->status == HF_HASH_OK) {
		files++;
		bytes += job->size;
	}
	drop(job);
	return true;
}

void hash_deliver(void)
{
	struct list waiting = undelivered;
	struct job *job;
	__u64 count;
	unsigned delivered = 0;

	while (read(results, &count, sizeof(count)) > 0)
		;
	pthread_mutex_lock(&lock);
	while ((job = shift(&done)))
		append(&waiting, job);
	pthread_mutex_unlock(&lock);
	undelivered = (struct list){0};
	while ((job = shift(&waiting))) {
		/* refused: it waits here for the next call, its container's share of the way out is full */
		if (deliver(job))
			delivered++;
		else
			append(&undelivered, job);
	}
	pthread_mutex_lock(&lock);
	backlog -= delivered;
	pthread_mutex_unlock(&lock);
}
