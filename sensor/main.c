// SPDX-License-Identifier: Apache-2.0
/*
 * One thread, one epoll. The guard is served before anything else, because a runtime waits for its answer; each other
 * source has a budget per turn, so that none starves another.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "alone.h"
#include "clock.h"
#include "containers.h"
#include "counts.h"
#include "emit.h"
#include "files.h"
#include "following.h"
#include "guard.h"
#include "hash.h"
#include "hashwork.h"
#include "kernel.h"
#include "marks.h"
#include "mounts.h"
#include "options.h"
#include "perf.h"
#include "probe.h"
#include "ring.h"
#include "snapshot.h"

#define SECOND 1000000000ull
#define TICK_MILLIS 50 /* mapping records may wait that long: an exec loop should not wake the sensor for each */
#define RING_BUDGET 256
#define FILES_BUDGET 256
#define MAPPINGS_BUDGET 1024
#define MINUTE_SECONDS 60
#define NOT_ALONE 4 /* exit code; src/sensor/run.ts knows it */

enum source { GUARD, MOUNTS, RING, FILES, MAPPINGS, HASH, INPUT, SIGNALS, OUTPUT, SOURCES };

static int epoll_fd = -1;
static int signals = -1;
static bool output_waits;
static bool running = true;

static void watch(enum source source, int fd, __u32 events)
{
	struct epoll_event event = {.events = events, .data.u32 = source};

	/* EPERM: a file or /dev/null, which is never waited for */
	if (fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) && errno != EPERM)
		fprintf(stderr, "holdfast-sensor: epoll_ctl: %s\n", strerror(errno));
}

static void watch_all(void)
{
	watch(GUARD, guard_fd(), EPOLLIN);
	watch(MOUNTS, mounts_fd(), EPOLLPRI);
	watch(RING, ring_fd(), EPOLLIN);
	watch(FILES, marks_epoll(), EPOLLIN);
	watch(MAPPINGS, perf_epoll(), EPOLLIN);
	watch(HASH, hash_fd(), EPOLLIN);
	watch(INPUT, STDIN_FILENO, EPOLLIN);
	watch(SIGNALS, signals, EPOLLIN);
	watch(OUTPUT, STDOUT_FILENO, 0);
}

/* The agent holds the other end and sends nothing: its end is the sensor's. */
static void read_input(void)
{
	char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		running = false;
}

static void flush(void)
{
	int result = emit_flush();
	struct epoll_event event = {.events = result ? 0 : EPOLLOUT, .data.u32 = OUTPUT};

	if (result < 0) {
		running = false;
		return;
	}
	if (output_waits != !result) {
		output_waits = !result;
		(void)epoll_ctl(epoll_fd, EPOLL_CTL_MOD, STDOUT_FILENO, &event);
	}
}

static __u32 resident_kib(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (__u32)(pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024);
}

static void heartbeat(void)
{
	struct hf_heartbeat beat = {
	    .h = {.time = clock_boot()},
	    .ring_records = ring_records(),
	    .ring_lost = ring_lost(),
	    .perf_records = perf_records(),
	    .perf_lost = perf_lost(),
	    .fanotify_events = files_events(),
	    .fanotify_overflows = files_overflows(),
	    .queue_lost = emit_lost(),
	    .hashed_files = hash_files(),
	    .hashed_bytes = hash_bytes(),
	    .containers = containers_count(),
	    .hash_backlog = hashwork_backlog(),
	    .rss_kib = resident_kib(),
	};

	emit(&beat.h, HF_HEARTBEAT, sizeof(beat), NULL, 0);
}

static void timers(void)
{
	static __u64 next_second, next_count, next_minute;
	__u64 now = clock_boot();

	if (now < next_second)
		return;
	if (!next_second) {
		next_count = now + options.count_interval * SECOND;
		next_minute = now + MINUTE_SECONDS * SECOND;
	}
	next_second = now + SECOND;
	counts_gaps();
	following_ends();
	if (now >= next_count) {
		next_count = now + options.count_interval * SECOND;
		following_reconcile();
		counts_all();
		files_refresh();
	}
	if (now >= next_minute) {
		next_minute = now + MINUTE_SECONDS * SECOND;
		guard_renew();
		mounts_minute();
		files_minute();
	}
	heartbeat();
}

static void turn(bool *ready)
{
	if (ready[GUARD])
		guard_read();
	if (ready[MOUNTS])
		mounts_scan();
	if (ready[RING])
		ring_read(RING_BUDGET);
	if (ready[FILES])
		files_read(FILES_BUDGET);
	perf_read(MAPPINGS_BUDGET);
	hash_deliver(); /* also those that found no room before */
	if (ready[INPUT])
		read_input();
	if (ready[SIGNALS] || ready[OUTPUT]) /* OUTPUT: the reader is gone */
		running = false;
	timers();
	flush();
}

static void loop(void)
{
	struct epoll_event events[SOURCES];

	while (running) {
		bool ready[SOURCES] = {false};
		int n = epoll_wait(epoll_fd, events, SOURCES, TICK_MILLIS);

		for (int i = 0; i < n; i++)
			ready[events[i].data.u32] =
			    events[i].data.u32 != OUTPUT || events[i].events & (EPOLLERR | EPOLLHUP);
		turn(ready);
	}
}

static int open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals < 0 ? -errno : 0;
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "holdfast-sensor: %s: %s\n", what, strerror(-error));
	flush();
	return 1;
}

/* A source that this host refuses is declared as a capability; the others go on. */
static void open_source(const char *what, int error)
{
	if (error < 0)
		fprintf(stderr, "holdfast-sensor: %s: %s\n", what, strerror(-error));
}

static int run(void)
{
	struct kernel_options kernel = {.cgroup2 = options.cgroup2};
	struct hash_limits limits = {options.hash_max_bytes, options.hash_max_millis, options.hash_max_backlog};
	int error;

	error = emit_open(STDOUT_FILENO);
	if (error)
		return fail("stdout", error);
	containers_limit(options.max_containers);
	error = kernel_open(&kernel);
	if (!options.probe) {
		int first = alone(signals);

		if (!first)
			fprintf(stderr, "holdfast-sensor: another sensor watches this host\n");
		if (first <= 0)
			return first ? 0 : NOT_ALONE;
	}
	probe_hello();
	probe_all(error);
	if (options.probe) {
		flush();
		return 0;
	}
	/* Its pages count as ours once mapped: only now, when the kernel's BTF, the largest thing ever read, is gone.
	 */
	if (!error)
		error = ring_open();
	if (error)
		return fail("bpf", error);
	open_source("hash", hash_open(&limits));
	open_source("fanotify", marks_open());
	open_source("perf", perf_open());
	open_source("mounts", mounts_open());
	open_source("guard", guard_open(options.guarded, options.guards));
	mounts_scan();
	snapshot_all();
	malloc_trim(0);
	watch_all();
	loop();
	counts_all();
	flush();
	guard_close();
	mounts_close();
	perf_close();
	marks_close();
	hash_close();
	ring_close();
	kernel_close();
	return 0;
}

int main(int argc, char **argv)
{
	int status = options_parse(argc, argv);

	if (status)
		return status - 1;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return fail("epoll_create1", -errno);
	status = open_signals();
	return status ? fail("signalfd", status) : run();
}
