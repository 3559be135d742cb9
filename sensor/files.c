// SPDX-License-Identifier: Apache-2.0
/*
 * What containers open, execute and write: one fanotify group per container, so that a flood overflows only its own
 * queue; beyond the host's number of groups one shared by the rest.
 *
 * Cost per open of
 * - a file that was reported: none. An ignore mark on its inode makes the kernel silent about it. The mark goes when
 * the file is modified, and when the inode is evicted; the next open is then an event, one lookup here, and silence
 * again.
 * - a new file: one event, some eight system calls (about 10 us), one frame; and its content is hashed (hash.c, another
 *   thread) when it is executed, is named like code, or starts with "#!" or ELF's magic.
 * - a log that is opened, appended to and closed over and over: an event each for the first APPENDS times, then none.
 *
 * Plain data that can be written is watched for its first OPENS openings, so that a file that was read under one name
 * and renamed to that of code is still seen under the second.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "files.h"
#include "gap.h"
#include "handle.h"
#include "kernel.h"
#include "known.h"
#include "mounts.h"
#include "options.h"
#include "sources.h"
#include "volumes.h"

#ifndef FAN_MARK_EVICTABLE
#define FAN_MARK_EVICTABLE 0x200
#endif
#define WATCHED (FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE)
#define GROUP_FLAGS (FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK)
/* O_NONBLOCK: an event's file is opened for us, and opening must never wait (a FIFO, a tape) */
#define EVENT_FLAGS (O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NOATIME | O_NONBLOCK)
#define CATCH_UP 512  /* events */
#define TURN 64	      /* events of one group before others have theirs */
#define GROUPS_LEFT 8 /* of the host's limit, for others who use fanotify */
#define OPENS 3
#define APPENDS 16
#define LAST_EVENTS 16384 /* read from a container's queue when it ends: the queue's usual length */

static int epoll = -1, shared = -1;
static unsigned groups, groups_max;
static bool evictable = true; /* Linux 5.19 and up; before, marks would pin inodes, so there are none */
static __u64 events, overflows;
static __u64 shared_emptied;

static unsigned long setting(const char *path, unsigned long otherwise)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return otherwise;
	text[n] = 0;
	return strtoul(text, NULL, 10);
}

static int group_open(void *for_)
{
	struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = for_};
	int group = fanotify_init(GROUP_FLAGS, EVENT_FLAGS);

	if (group >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, group, &wanted) < 0) {
		int error = errno;

		close(group);
		errno = error;
		return -1;
	}
	return group;
}

int files_open(void)
{
	unsigned long limit = setting("/proc/sys/fs/fanotify/max_user_groups", 128);
	struct rlimit descriptors;

	/* up to the hard limit needs no privilege; files wait open until they are hashed */
	if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors.rlim_max) {
		descriptors.rlim_cur = descriptors.rlim_max;
		setrlimit(RLIMIT_NOFILE, &descriptors);
	}
	groups_max = limit > GROUPS_LEFT + 2 ? (unsigned)limit - GROUPS_LEFT - 2 : 0;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return -errno;
	/* made now: when groups have run out it could not be made */
	shared = group_open(NULL);
	if (shared < 0) {
		int error = -errno;

		close(epoll);
		epoll = -1;
		return error;
	}
	return 0;
}

void files_close(void)
{
	if (shared >= 0)
		close(shared);
	if (epoll >= 0)
		close(epoll);
	shared = epoll = -1;
}

int files_epoll(void)
{
	return epoll;
}

__u64 files_events(void)
{
	return events;
}

__u64 files_overflows(void)
{
	return overflows;
}

static void mark_failed(struct container *c, const char *call, int error)
{
	char detail[128];

	snprintf(detail, sizeof(detail), "%s: %s", call, strerror(error));
	gap(c, HF_GAP_MARK_FAILED, c->appeared, 0, 0, false, detail);
}

/* Marks the overlay's whole filesystem. The root is looked at first: what is no longer mounted shows the host's
 * directory. */
static int mark_root(struct container *c)
{
	char path[64];
	struct stat st;
	int fd = open(c->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (handle_dev(st.st_dev) != c->overlay_dev)
		error = -ENOENT;
	else if (fanotify_mark(c->fanotify, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, WATCHED, AT_FDCWD, path) < 0)
		error = -errno;
	close(fd);
	return error;
}

int files_watch(struct container *c)
{
	int error;

	if (epoll < 0 || c->marked)
		return 0;
	if (c->fanotify < 0) {
		c->fanotify = groups < groups_max ? group_open(c) : -1;
		if (c->fanotify < 0) {
			c->fanotify = shared;
			c->shared_group = true;
		} else {
			groups++;
		}
		c->files = calloc(1, sizeof(*c->files));
		if (!c->files)
			return -ENOMEM;
		c->files_emptied = clock_boot();
	}
	if (!c->overlay_dev)
		return 0; /* no overlay: its mounts are marked one by one once it has them (volumes.c) */
	error = mark_root(c);
	if (error) {
		if (error != -ENOENT) /* gone again: containerd's short mounts */
			mark_failed(c, "fanotify_mark FAN_MARK_FILESYSTEM", -error);
		return error;
	}
	c->marked = clock_boot();
	container_announce(c, HF_CONTAINER_MARKED);
	if (c->late)
		gap(c, HF_GAP_MARK_LATE, c->first_exec, c->marked, 0, false, NULL);
	return 0;
}

int files_mark_mount(struct container *c, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fanotify_mark(c->fanotify, FAN_MARK_ADD | FAN_MARK_MOUNT, WATCHED, AT_FDCWD, path) < 0 ? -errno : 0;
}

const struct known_file *files_known(struct container *c, __u32 dev, __u64 ino)
{
	return c->files ? known_find(c->files, dev, ino) : NULL;
}

/* One event being looked at. */
struct sight {
	struct container *c;
	int fd;
	__u32 dev; /* as the container sees it */
	struct stat st;
	struct hf_file file;
	struct hf_process who;
	bool outside;
	bool host_mounts;
	bool identity;
	const char *path;
	size_t length;
	char link[4096];
};

/* Makes the kernel silent about this inode, in this container's group. */
static bool silence(const struct sight *s, __u64 mask, bool survive)
{
	unsigned how = FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE;

	/* a volume's inode in a shared group may be another container's too */
	if (!evictable || (s->c->shared_group && s->dev != s->c->overlay_dev))
		return false;
	if (fanotify_mark(s->c->fanotify, how | (survive ? FAN_MARK_IGNORED_SURV_MODIFY : 0), mask, s->fd, NULL) == 0)
		return true;
	if (errno == EINVAL)
		evictable = false;
	return false;
}

static void unsilence(const struct sight *s)
{
	/* one of the two is there, or none */
	fanotify_mark(s->c->fanotify,
		      FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE | FAN_MARK_IGNORED_SURV_MODIFY,
		      WATCHED, s->fd, NULL);
	fanotify_mark(s->c->fanotify, FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK | FAN_MARK_EVICTABLE, WATCHED, s->fd,
		      NULL);
}

static bool in_cgroup(__u32 pid, const char *cgroup)
{
	char path[64], text[4096], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = 0;
	at = strstr(text, "0::");
	if (!at || (at != text && at[-1] != '\n'))
		return false;
	at += 3;
	n = (ssize_t)strlen(cgroup);
	return strncmp(at, cgroup, (size_t)n) == 0 && (at[n] == '\n' || at[n] == '/');
}

static void tell_who(struct sight *s, __u32 pid)
{
	__u64 cgid = 0;
	__u32 flags = 0;

	s->who = (struct hf_process){0};
	s->outside = false;
	s->host_mounts = false;
	if (kernel_process(pid, 0, &s->who, &cgid, &flags)) {
		s->outside = cgid != s->c->cgid;
		s->host_mounts = flags & HF_FLAG_HOST_MNTNS;
		return;
	}
	/* Alive and not followed: no container's process. Gone and not known: it can't be told, and counts as the
	 * container's. */
	if (kill((pid_t)pid, 0) == 0 || errno == EPERM) {
		s->outside = !(s->c->older && s->c->cgroup && in_cgroup(pid, s->c->cgroup));
		s->who.pid = pid;
	}
}

static bool begins_with(const struct sight *s, const char *point, size_t length)
{
	return s->length >= length && memcmp(s->path, point, length) == 0 &&
	       (s->length == length || s->path[length] == '/');
}

/*
 * Once a container has ended its mounts are taken apart, and a file's path is only that inside its mount: the place of
 * the mount is put before it. Inside /data there may be another /data, so a path that begins with the place proves
 * nothing: the kernel is asked whether the mount still hangs there.
 */
static void add_point(struct sight *s)
{
	struct statx st;
	const char *point;
	size_t length;

	if (statx(s->fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		return;
	point = volumes_point(s->c, (int)st.stx_mnt_id);
	if (!point || !point[1]) /* a root that is no overlay */
		return;
	length = strlen(point);
	if (begins_with(s, point, length) && kernel_mount_alone(s->fd) <= 0)
		return;
	if (s->length == 1) /* a mount of one file: its path inside is "/" */
		s->length = 0;
	if (length + s->length > sizeof(s->link))
		return;
	memmove(s->link + length, s->link, s->length);
	memcpy(s->link, point, length);
	s->length += length;
}

static void find_path(struct sight *s)
{
	static const char deleted[] = " (deleted)";
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
	n = readlink(link, s->link, sizeof(s->link));
	s->length = n > 0 ? (size_t)n : 0;
	if (!s->st.st_nlink && s->length > sizeof(deleted) - 1 &&
	    memcmp(s->link + s->length - (sizeof(deleted) - 1), deleted, sizeof(deleted) - 1) == 0)
		s->length -= sizeof(deleted) - 1;
	s->path = s->link;
	if (s->dev != s->c->overlay_dev)
		add_point(s);
}

static bool named_like_code(const struct sight *s)
{
	for (unsigned i = 0; i < options.hash_suffixes; i++) {
		size_t length = strlen(options.hash_suffix[i]);

		if (s->length > length && memcmp(s->path + s->length - length, options.hash_suffix[i], length) == 0)
			return true;
	}
	return false;
}

static bool starts_like_code(int fd)
{
	char start[4];
	ssize_t n = pread(fd, start, sizeof(start), 0);

	return (n >= 2 && start[0] == '#' && start[1] == '!') || (n == 4 && memcmp(start, "\177ELF", 4) == 0);
}

static bool report(struct sight *s, enum hf_open_kind kind)
{
	struct hf_open frame = {
	    .h = {.time = clock_boot(), .container = s->c->cgid},
	    .who = s->who,
	    .file = s->file,
	    .size = (__u64)s->st.st_size,
	    .kind = kind,
	};
	struct text path = {s->path, s->length};

	frame.h.flags = (s->outside ? HF_FLAG_OUTSIDE : 0) | (s->host_mounts ? HF_FLAG_HOST_MNTNS : 0);
	return emit(&frame.h, HF_OPEN, sizeof(frame), &path, 1);
}

/* The file as it is now; false: it can't be told. */
static bool look(struct sight *s)
{
	if (fstat(s->fd, &s->st) < 0)
		return false;
	handle_identify(s->fd, &s->st, s->c, &s->file);
	return true;
}

static void refuse(struct container *c)
{
	__u64 now = clock_boot();

	if (!c->files->refused++)
		c->files->refused_since = now;
	/* said at the first, and each minute from then on (files_minute) */
	if (c->files->refused == 1 && gap(c, HF_GAP_FILE_LIMIT, now, 0, 1, false, NULL))
		c->files->refused_told = 1;
}

static __u8 bit_of(enum hf_open_kind kind, bool outside)
{
	if (kind == HF_OPEN_EXEC)
		return outside ? KNOWN_OUTSIDE_EXEC : KNOWN_EXEC;
	if (kind == HF_OPEN_WRITTEN)
		return outside ? KNOWN_OUTSIDE_WRITTEN : KNOWN_WRITTEN;
	return KNOWN_READ;
}

/*
 * Code that is not an image layer's: what it is depends on who reads it, since only an interpreter runs it. So its
 * opens stay events, and each program that reads it is told once. (A layer's code is the image's, whoever reads it.)
 */
static bool depends_on_reader(const struct known_file *known, enum hf_open_kind kind)
{
	return kind == HF_OPEN_READ && known->kinds & KNOWN_IDENTITY && known->file.place != HF_PLACE_LOWER;
}

/* A file seen before in the same version: silence again, where the mark was lost or is due only now. */
static void seen_again(struct sight *s, struct known_file *known, enum hf_open_kind kind)
{
	if (s->outside)
		return;
	if (known->kinds & KNOWN_IDENTITY) {
		if (kind != HF_OPEN_WRITTEN && !depends_on_reader(known, kind))
			silence(s, kind == HF_OPEN_EXEC ? FAN_OPEN | FAN_OPEN_EXEC : FAN_OPEN, false);
		return;
	}
	if (kind == HF_OPEN_WRITTEN && known->writes >= APPENDS) {
		/* the kernel keeps one kind of ignore mark per inode */
		unsilence(s);
		silence(s, FAN_OPEN | FAN_CLOSE_WRITE, true);
		known->kinds |= KNOWN_APPENDED;
	} else if (kind == HF_OPEN_READ && known->opens >= OPENS && !(known->kinds & KNOWN_APPENDED)) {
		silence(s, FAN_OPEN, false);
	}
}

/* Inode numbers are used again at once: a file that was made where a known one was removed is another. */
static bool is_another(struct sight *s, const struct known_file *known)
{
	return look(s) && !((s->file.flags | known->file.flags) & HF_FILE_NO_GEN) && s->file.gen != known->file.gen;
}

/*
 * What others read is not the container's doing, and must not make known what the container reads itself: its runtime
 * looks its user up in /etc/passwd. Who came into the cgroup by a fork and has executed nothing there is the runtime.
 */
static bool reads_for_others(const struct sight *s)
{
	return s->outside || s->host_mounts || (s->who.pid && !s->who.program && !s->c->older);
}

static bool is_no_layers(struct sight *s)
{
	return look(s) && s->file.place != HF_PLACE_LOWER;
}

static bool is_new_reader(const struct sight *s, const struct known_file *known)
{
	for (unsigned i = 0; i < KNOWN_READERS; i++)
		if (known->readers[i] == s->who.program)
			return false;
	return true;
}

static void add_reader(const struct sight *s, struct known_file *known)
{
	if (!is_new_reader(s, known))
		return;
	memmove(known->readers + 1, known->readers, sizeof(known->readers) - sizeof(*known->readers));
	known->readers[0] = s->who.program;
}

/* true: fd was taken by the hash worker */
static bool seen(struct sight *s, enum hf_open_kind kind)
{
	struct known_file *known = known_find(s->c->files, s->dev, s->st.st_ino);
	__u8 bit = bit_of(kind, s->outside);
	bool changed, fresh, taken, marked = false;

	if (kind == HF_OPEN_READ && reads_for_others(s))
		return false;
	if (known && kind == HF_OPEN_READ && known->opens < OPENS)
		known->opens++;
	if (known && kind == HF_OPEN_WRITTEN && known->writes < APPENDS)
		known->writes++;
	changed = known && known->file.ctime != handle_ctime(&s->st);
	/* asked also where ctime is the same: it moves in ticks, and within one a number can be given out twice */
	if (known && is_another(s, known)) {
		changed = true;
		known_renew(known);
		known->opens = kind == HF_OPEN_READ;
		known->writes = kind == HF_OPEN_WRITTEN;
	}
	/* executed includes read: an execution is also an open, and can't be told from one */
	if (kind == HF_OPEN_READ)
		bit |= known && !changed ? known->kinds & KNOWN_EXEC : 0;
	fresh = known && depends_on_reader(known, kind) && !(known->kinds & KNOWN_EXEC) && is_new_reader(s, known);
	if (known && !changed && !fresh && known->kinds & bit &&
	    (known->kinds & KNOWN_IDENTITY || kind != HF_OPEN_READ)) {
		seen_again(s, known, kind);
		return false;
	}
	find_path(s);
	s->identity =
	    kind == HF_OPEN_EXEC || named_like_code(s) || (kind != HF_OPEN_WRITTEN && starts_like_code(s->fd));
	/* Data is known by its inode: what was appended to it since is not news. */
	if (known && known->kinds & bit && !s->identity && !(known->kinds & KNOWN_IDENTITY)) {
		if (!look(s))
			return false;
		known->file = s->file;
		seen_again(s, known, kind);
		return false;
	}
	if (known && known->kinds & bit && kind == HF_OPEN_WRITTEN) {
		/* written again: its new version is reported when it is opened or executed */
		return false;
	}
	/* The mark comes first: what modifies the file from here on takes it away again, and is seen by the next open.
	 */
	if (!s->outside && s->identity && kind != HF_OPEN_WRITTEN && !(kind == HF_OPEN_READ && is_no_layers(s))) {
		if (known && known->kinds & KNOWN_APPENDED) {
			unsilence(s);
			known->kinds &= (__u8)~KNOWN_APPENDED;
		}
		marked = silence(s, kind == HF_OPEN_EXEC ? FAN_OPEN | FAN_OPEN_EXEC : FAN_OPEN, false);
	}
	if (!look(s))
		return false;
	if (!s->identity && kind == HF_OPEN_READ && s->file.place == HF_PLACE_LOWER)
		marked = silence(s, FAN_OPEN, false);
	if (!known) {
		known = known_add(s->c->files, s->dev, s->st.st_ino, s->identity);
		if (!known) {
			refuse(s->c);
			if (marked)
				unsilence(s);
			return false;
		}
		known->opens = kind == HF_OPEN_READ;
		known->writes = kind == HF_OPEN_WRITTEN;
		known->file = s->file;
		s->c->stats.known_files = s->c->files->used;
	}
	/* nothing new but a name: data that got one of code, and the other way round */
	if (!report(s, kind)) {
		known->kinds &= (__u8)~bit;
		if (marked)
			unsilence(s);
		return false;
	}
	if (!handle_same(&known->file, &s->file)) {
		known->before = known->file;
		known->file = s->file;
		known->kinds &= KNOWN_WRITTEN | KNOWN_OUTSIDE_WRITTEN;
	}
	known->kinds |= bit | (s->identity ? KNOWN_IDENTITY : 0);
	if (kind == HF_OPEN_READ)
		add_reader(s, known);
	if (!s->identity || kind == HF_OPEN_WRITTEN)
		return false;
	taken = hash_take(s->fd, &s->file, s->c->cgid, s->path, s->length, kind == HF_OPEN_EXEC);
	if (!taken) {
		/* not hashed: the next open asks again */
		known->kinds &= (__u8)~bit;
		if (marked)
			unsilence(s);
	}
	return taken;
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

	if (c || !kernel_process(pid, 0, &process, &cgid, &flags))
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
		silence(&s, FAN_OPEN | FAN_CLOSE_WRITE, true);
		return false;
	}
	tell_who(&s, pid);
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
		int n = epoll_wait(epoll, ready, 64, 0), before = handled;

		/* epoll puts a group that stays ready behind the others: they take turns */
		for (int i = 0; i < n && handled < budget; i++) {
			struct container *c = ready[i].data.ptr;

			handled += read_group(c ? c->fanotify : shared, c);
		}
		if (n <= 0 || handled == before)
			break;
	}
	return handled;
}

void files_catch_up(struct container *c)
{
	int group = c->shared_group ? shared : c->fanotify;

	if (group < 0)
		return;
	for (int left = CATCH_UP; left > 0 && read_group(group, c->shared_group ? NULL : c) == TURN; left -= TURN)
		;
}

void files_settle(struct container *c)
{
	int group = c->shared_group ? shared : c->fanotify, left = LAST_EVENTS, n;

	if (group < 0)
		return;
	while (left > 0 && (n = read_group(group, c->shared_group ? NULL : c)) > 0)
		left -= n;
	if (left <= 0)
		overflowed(c->shared_group ? NULL : c);
}

void files_forget(struct container *c)
{
	if (c->fanotify >= 0 && !c->shared_group) {
		close(c->fanotify);
		groups--;
	}
	c->fanotify = -1;
	if (c->files) {
		if (c->files->refused > c->files->refused_told)
			gap(c, HF_GAP_FILE_LIMIT, c->files->refused_since, clock_boot(), c->files->refused, false,
			    NULL);
		known_free(c->files);
		free(c->files);
	}
	c->files = NULL;
}

void files_minute(void)
{
	mounts_minute();
	for (struct container *c = containers_first(); c; c = c->next) {
		if (!c->files || c->files->refused == c->files->refused_told)
			continue;
		if (gap(c, HF_GAP_FILE_LIMIT, c->files->refused_since, 0, c->files->refused, false, NULL))
			c->files->refused_told = c->files->refused;
	}
}
