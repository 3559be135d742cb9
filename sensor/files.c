// SPDX-License-Identifier: Apache-2.0
/* Events from the kernel's queues, a few of each container in turn. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "files.h"
#include "gap.h"
#include "handle.h"
#include "known.h"
#include "marks.h"
#include "processes.h"
#include "seen.h"

#define CATCH_UP 512	  /* events */
#define TURN 64		  /* events of one group before others have theirs */
#define LAST_EVENTS 16384 /* read from a container's queue when it ends: the queue's usual length */

static __u64 events, overflows;
static __u64 shared_emptied;

__u64 files_events(void)
{
	return events;
}

__u64 files_overflows(void)
{
	return overflows;
}

const struct known_file *files_known(struct container *c, __u32 dev, __u64 ino)
{
	return c->files ? known_find(c->files, dev, ino) : NULL;
}

static void overflowed(struct container *of)
{
	__u64 now = clock_boot();

	overflows++;
	if (of) {
		of->stats.lost_fanotify++;
		gap(of, HF_GAP_FANOTIFY, of->files_emptied, now, 0, false, NULL);
		return;
	}
	for (struct container *c = containers_first(); c; c = c->next) {
		if (!c->shared_group)
			continue;
		c->stats.lost_fanotify++;
		gap(c, HF_GAP_FANOTIFY, shared_emptied, now, 0, false, "shared queue");
	}
}

/* Whose event it is, in the shared group. */
static struct container *owner(__u32 dev, __u32 pid)
{
	struct container *c = container_by_overlay(dev);
	struct hf_process process;
	__u64 cgid;
	__u32 flags;

	if (c || !process_find(pid, 0, &process, &cgid, &flags))
		return c;
	c = container_by_cgid(cgid);
	return c && c->shared_group ? c : NULL;
}

static bool look_at(struct container *c, const struct fanotify_event_metadata *event)
{
	static struct sight s; /* large, and one at a time */
	__u32 pid = (__u32)event->pid;

	if (event->pid == getpid())
		return false;
	s.fd = event->fd;
	if (fstat(s.fd, &s.st) < 0)
		return false;
	s.dev = handle_dev(s.st.st_dev);
	s.c = c ? c : owner(s.dev, pid);
	if (!s.c || !s.c->files)
		return false;
	s.c->stats.file_events++;
	if (!s.c->cgid)
		return false; /* the runtime, preparing */
	if (!S_ISREG(s.st.st_mode)) {
		marks_silence(s.c, s.fd, s.dev, FAN_OPEN | FAN_CLOSE_WRITE, true);
		return false;
	}
	sight_who(&s, pid);
	/* the first of two merged kinds keeps the descriptor */
	if (event->mask & FAN_CLOSE_WRITE)
		seen(&s, HF_OPEN_WRITTEN);
	if (event->mask & FAN_OPEN_EXEC)
		return seen(&s, HF_OPEN_EXEC);
	/* the kernel joins what one process did to a file: written, then read */
	if (event->mask & FAN_OPEN)
		return seen(&s, HF_OPEN_READ);
	return false;
}

static void emptied(struct container *c, __u64 when)
{
	if (c)
		c->files_emptied = when;
	else
		shared_emptied = when;
}

/* At most TURN events of one group. Returns how many; 0: it is empty. */
static int read_group(int group, struct container *c)
{
	char buffer[TURN * sizeof(struct fanotify_event_metadata)] __attribute__((aligned(8)));
	struct fanotify_event_metadata *event = (void *)buffer;
	__u64 now = clock_boot();
	ssize_t n = read(group, buffer, sizeof(buffer));
	int handled = 0;

	/* what is lost from here on was lost since the queue was last seen empty */
	if (n < 0) {
		if (errno == EAGAIN)
			emptied(c, now);
		if (errno == EAGAIN || errno == EINTR)
			return 0;
		/* that event's file could not be opened for us: it is lost */
		overflowed(c);
		return 1;
	}
	for (; FAN_EVENT_OK(event, n); event = FAN_EVENT_NEXT(event, n)) {
		handled++;
		if (event->vers != FANOTIFY_METADATA_VERSION)
			continue;
		if (event->mask & FAN_Q_OVERFLOW) {
			overflowed(c);
		} else if (event->fd >= 0) {
			events++;
			if (!look_at(c, event))
				close(event->fd);
		}
	}
	if (handled < TURN)
		emptied(c, now);
	return handled;
}

int files_read(int budget)
{
	struct epoll_event ready[64];
	int handled = 0;

	while (handled < budget) {
		int n = epoll_wait(marks_epoll(), ready, 64, 0), before = handled;

		/* epoll puts a group that stays ready behind the others: they take turns */
		for (int i = 0; i < n && handled < budget; i++) {
			struct container *c = ready[i].data.ptr;

			handled += read_group(c ? c->fanotify : marks_shared(), c);
		}
		if (n <= 0 || handled == before)
			break;
	}
	return handled;
}

void files_catch_up(struct container *c)
{
	int group = c->shared_group ? marks_shared() : c->fanotify;

	if (group < 0)
		return;
	for (int left = CATCH_UP; left > 0 && read_group(group, c->shared_group ? NULL : c) == TURN; left -= TURN)
		;
}

void files_settle(struct container *c)
{
	int group = c->shared_group ? marks_shared() : c->fanotify, left = LAST_EVENTS, n;

	if (group < 0)
		return;
	while (left > 0 && (n = read_group(group, c->shared_group ? NULL : c)) > 0)
		left -= n;
	if (left <= 0)
		overflowed(c->shared_group ? NULL : c);
}

void files_forget(struct container *c)
{
	marks_forget(c);
	if (c->files) {
		if (c->files->refused > c->files->refused_told)
			gap(c, HF_GAP_FILE_LIMIT, c->files->refused_since, clock_boot(), c->files->refused, false,
			    NULL);
		known_free(c->files);
		free(c->files);
	}
	c->files = NULL;
}

void files_refresh(void)
{
	for (struct container *c = containers_first(); c; c = c->next) {
		if (!c->files || !c->files->silenced_data || c->fanotify < 0)
			continue;
		c->files->silenced_data = false;
		marks_break_silence(c);
	}
}

void files_minute(void)
{
	for (struct container *c = containers_first(); c; c = c->next) {
		if (!c->files || c->files->refused == c->files->refused_told)
			continue;
		if (gap(c, HF_GAP_FILE_LIMIT, c->files->refused_since, 0, c->files->refused, false, NULL))
			c->files->refused_told = c->files->refused;
	}
}
