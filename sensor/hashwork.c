// SPDX-License-Identifier: Apache-2.0
/*
 * Two threads, for small files and for large ones. The descriptor is the very file that was opened or executed, so
 * nothing can be put in its place; its ctime before and after says whether it changed meanwhile.
 *
 * Cost: reading each file once, 128 KiB at a time. One large file keeps other large files waiting, and no small one.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: small when linked statically, where EVP brings all of libcrypto */
#include <errno.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "handle.h"
#include "hashwork.h"

#define CHUNK (128u << 10)
#define STACK (128u << 10)

static struct hash_limits limits;
static pthread_t workers[HASH_LANES];
static unsigned running;
static int results = -1; /* eventfd */
static bool stopping;	 /* also read without the lock */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted[HASH_LANES] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};
static struct hash_list done; /* under the lock, as hashqueue.c is */

static bool unchanged(const struct hash_job *job, struct stat *st)
{
	return fstat(job->fd, st) == 0 && handle_ctime(st) == job->file.ctime;
}

static bool stop(void)
{
	return __atomic_load_n(&stopping, __ATOMIC_RELAXED);
}

static void read_all(struct hash_job *job, unsigned char *buffer)
{
	__u64 started = clock_boot(), size = 0;
	SHA256_CTX sha;
	struct stat st;

	job->changed = !unchanged(job, &st);
	job->status = HF_HASH_OK;
	if (job->changed)
		return;
	job->size = (__u64)st.st_size;
	if (job->size > limits.max_bytes) {
		job->status = HF_HASH_TOO_BIG;
		return;
	}
	SHA256_Init(&sha);
	/* past its size it has grown: another version, that may be another lane's */
	while (!stop() && size <= job->size) {
		ssize_t n = pread(job->fd, buffer, CHUNK, (off_t)size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			job->status = HF_HASH_ERROR;
			job->error = errno;
		}
		if (n <= 0)
			break;
		SHA256_Update(&sha, buffer, (size_t)n);
		size += (__u64)n;
		if (clock_boot() - started > (__u64)limits.max_millis * 1000000) {
			job->status = HF_HASH_TOO_SLOW;
			break;
		}
	}
	job->micros = (__u32)((clock_boot() - started) / 1000);
	if (job->status != HF_HASH_OK)
		return;
	SHA256_Final(job->sha256, &sha);
	job->changed = !unchanged(job, &st) || size != job->size;
}

static void *work(void *context)
{
	enum hash_lane lane = (enum hash_lane)(uintptr_t)context;
	unsigned char *buffer = malloc(CHUNK);

	prctl(PR_SET_NAME, lane == HASH_SMALL ? "hash" : "hash-large");
	pthread_mutex_lock(&lock);
	while (!stopping) {
		struct hash_job *job = hashqueue_take(lane);
		__u64 one = 1;

		if (!job) {
			pthread_cond_wait(&wanted[lane], &lock);
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
		hash_append(&done, job);
		if (write(results, &one, sizeof(one)) < 0)
			continue; /* full: it is readable anyway */
	}
	pthread_mutex_unlock(&lock);
	free(buffer);
	return NULL;
}

int hashwork_open(const struct hash_limits *given)
{
	struct rlimit descriptors;
	pthread_attr_t small;
	sigset_t all, before;
	int error = 0;

	limits = *given;
	/* each waiting file holds a descriptor */
	if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && limits.max_backlog > descriptors.rlim_cur / 2)
		limits.max_backlog = (__u32)(descriptors.rlim_cur / 2);
	hashqueue_bound(limits.max_backlog);
	results = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (results < 0)
		return -errno;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	/* signals are the main thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (!error && running < HASH_LANES) {
		error = pthread_create(&workers[running], &small, work, (void *)(uintptr_t)running);
		running += !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&small);
	if (error)
		hashwork_close();
	return -error;
}

void hashwork_close(void)
{
	struct hash_job *job;

	pthread_mutex_lock(&lock);
	__atomic_store_n(&stopping, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < HASH_LANES; i++)
		pthread_cond_signal(&wanted[i]);
	pthread_mutex_unlock(&lock);
	while (running)
		pthread_join(workers[--running], NULL);
	while ((job = hashqueue_take(HASH_SMALL)) || (job = hashqueue_take(HASH_LARGE)) || (job = hash_shift(&done)))
		hashwork_free(job);
	if (results >= 0)
		close(results);
	results = -1;
}

int hashwork_fd(void)
{
	return results;
}

bool hashwork_put(struct hash_job *job)
{
	bool room;

	pthread_mutex_lock(&lock);
	room = running == HASH_LANES && hashqueue_put(job);
	if (room)
		pthread_cond_signal(&wanted[job->lane]);
	pthread_mutex_unlock(&lock);
	return room;
}

void hashwork_results(struct hash_list *to)
{
	struct hash_job *job;
	__u64 count;

	while (read(results, &count, sizeof(count)) > 0)
		;
	pthread_mutex_lock(&lock);
	while ((job = hash_shift(&done)))
		hash_append(to, job);
	pthread_mutex_unlock(&lock);
}

void hashwork_leave(const struct hash_job *job)
{
	pthread_mutex_lock(&lock);
	hashqueue_leave(job);
	pthread_mutex_unlock(&lock);
}

void hashwork_free(struct hash_job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	free(job);
}

__u32 hashwork_backlog(void)
{
	__u32 n;

	pthread_mutex_lock(&lock);
	n = hashqueue_backlog();
	pthread_mutex_unlock(&lock);
	return n;
}
