// SPDX-License-Identifier: Apache-2.0
/*
 * Being there before a container's first exec. Three things lead to a container's marks: a runtime binary is about to
 * be executed (the guard: it waits for our answer), mountinfo changed (mounts.c), BPF saw a cgroup or `runc init`
 * (ring.c).
 *
 * Cost: a runtime waits for one look at the mounts, and for what was queued before it in this turn of the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "containers.h"
#include "guard.h"
#include "mounts.h"
#include "ring.h"
#include "volumes.h"

#define GUARDED_MAX 32

static int guard = -1;

static struct {
	const char *path;
	__u64 ino; /* of the binary marked; another one after an upgrade */
	dev_t dev;
} guarded[GUARDED_MAX];
static unsigned guarded_count;

/* An upgrade puts another file under the same name; a mark is on the file. */
void guard_renew(void)
{
	for (unsigned i = 0; i < guarded_count; i++) {
		struct stat st;

		if (stat(guarded[i].path, &st) < 0 || (st.st_ino == guarded[i].ino && st.st_dev == guarded[i].dev))
			continue;
		if (fanotify_mark(guard, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, guarded[i].path) == 0) {
			guarded[i].ino = st.st_ino;
			guarded[i].dev = st.st_dev;
		}
	}
}

int guard_open(const char *const *paths, unsigned count)
{
	for (unsigned i = 0; i < count && guarded_count < GUARDED_MAX; i++)
		guarded[guarded_count++].path = paths[i];
	if (!guarded_count)
		return 0;
	guard = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
	if (guard < 0)
		return -errno; /* mountinfo and BPF still lead to the marks */
	guard_renew();
	return 0;
}

void guard_close(void)
{
	if (guard >= 0)
		close(guard);
	guard = -1;
	guarded_count = 0;
}

int guard_fd(void)
{
	return guard;
}

/* What a runtime has made ready since: new roots; volumes of containers that wait to be started. */
static void prepare(void)
{
	mounts_scan();
	/* the cgroup that leads to a container's first process is reported through the ring */
	ring_read(4096);
	for (struct container *c = containers_first(); c; c = c->next)
		if (c->cgid && !c->volumes_marked)
			volumes_mark(c);
}

int guard_read(void)
{
	char buffer[16 * sizeof(struct fanotify_event_metadata)] __attribute__((aligned(8)));
	struct fanotify_event_metadata *event = (void *)buffer;
	ssize_t n = read(guard, buffer, sizeof(buffer));
	int answered = 0;

	if (n <= 0)
		return n < 0 && errno != EAGAIN ? -errno : 0;
	/* those who wait since before this look are all served by it */
	prepare();
	for (; FAN_EVENT_OK(event, n); event = FAN_EVENT_NEXT(event, n)) {
		struct fanotify_response answer = {.fd = event->fd, .response = FAN_ALLOW};

		if (event->fd < 0)
			continue;
		if (event->mask & FAN_OPEN_EXEC_PERM)
			while (write(guard, &answer, sizeof(answer)) < 0 && errno == EINTR)
				;
		close(event->fd);
		answered++;
	}
	return answered;
}
