// SPDX-License-Identifier: Apache-2.0
/*
 * Containers and processes that were there before the sensor.
 *
 * Cost: once at start, a walk of the cgroup2 tree and some ten files of /proc per process of a container.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "announce.h"
#include "binding.h"
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "following.h"
#include "gap.h"
#include "hash.h"
#include "kernel.h"
#include "keys.h"
#include "maps.h"
#include "members.h"
#include "oldprocess.h"
#include "processes.h"
#include "snapshot.h"
#include "volumes.h"

#define DEPTH_MAX 32
#define PROCESSES_MAX 32768 /* read per container */
#define ARGV_READ 65536
#define ARGV_SENT 2048

struct processes {
	struct oldprocess *list;
	unsigned count;
	unsigned room;
};

struct collecting {
	struct container *c;
	struct processes *all;
};

static void collect(__u32 pid, void *context)
{
	struct collecting *into = context;
	struct processes *all = into->all;

	if (all->count >= PROCESSES_MAX)
		return;
	if (all->count == all->room) {
		unsigned room = all->room ? all->room * 2 : 64;
		struct oldprocess *larger = realloc(all->list, room * sizeof(*larger));

		if (!larger)
			return;
		all->list = larger;
		all->room = room;
	}
	if (oldprocess_read(&all->list[all->count], pid, into->c))
		all->count++;
}

static struct oldprocess *find(const struct processes *all, __u32 pid)
{
	for (unsigned i = 0; i < all->count; i++)
		if (all->list[i].self.pid == pid)
			return &all->list[i];
	return NULL;
}

static void report(struct container *c, const struct processes *all, struct oldprocess *p, const char *argv,
		   size_t length)
{
	struct hf_exec frame = {
	    .h = {.time = p->self.start, .container = c->cgid, .flags = (__u16)(HF_FLAG_SNAPSHOT | p->flags)},
	    .self = p->self,
	    .file = p->file,
	    .key = p->self.program,
	    .capabilities = p->capabilities,
	    .gid = p->gid,
	};
	char link[64], path[4096], comm[32];
	const struct oldprocess *parent = find(all, p->parent);
	struct text strings[5] = {{"", 0}};
	ssize_t n;

	for (unsigned i = 0; i < HF_ANCESTORS && parent; i++) {
		frame.ancestors[i] = parent->self;
		parent = find(all, parent->parent);
	}
	for (size_t i = 0; i < length; i++)
		frame.argc += !argv[i];
	snprintf(link, sizeof(link), "/proc/%u/exe", p->self.pid);
	n = readlink(link, path, sizeof(path));
	if (n > 10 && memcmp(path + n - 10, " (deleted)", 10) == 0)
		n -= 10;
	strings[0] = strings[1] = strings[2] = (struct text){path, n > 0 ? (size_t)n : 0};
	n = members_read(p->self.pid, "comm", comm, sizeof(comm));
	strings[3] = (struct text){comm, n > 0 ? strcspn(comm, "\n") : 0};
	if (length > ARGV_SENT)
		frame.h.flags |= HF_FLAG_TRUNCATED;
	strings[4] = (struct text){argv, length > ARGV_SENT ? ARGV_SENT : length};
	if (!emit(&frame.h, HF_EXEC, sizeof(frame), strings, 5))
		return;
	path[strings[2].length] = 0;
	hash_request_by_file(&p->file, c->cgid, p->self.pid, path);
}

static void snapshot_container(struct container *c)
{
	static char argv[ARGV_READ];
	struct processes all = {0};
	struct collecting into = {c, &all};
	unsigned hidden = 0;
	__u64 oldest = 0;

	members_each(c, collect, &into);
	for (unsigned i = 0; i < all.count; i++) {
		struct oldprocess *p = &all.list[i], *parent = find(&all, p->parent);
		ssize_t length;

		if (!oldest || p->self.start < oldest) {
			oldest = p->self.start;
			c->pid = p->self.pid;
		}
		hidden += p->hidden;
		if (p->known || p->hidden)
			continue;
		length = members_read(p->self.pid, "cmdline", argv, sizeof(argv));
		if (length < 0)
			length = 0;
		p->self.program = keys_exec(c->cgid, &p->file, parent ? &parent->file : NULL, p->self.uid,
					    p->capabilities, argv, (size_t)length);
		process_seed(p->self.pid, c->cgid, &p->self, &p->file);
		report(c, &all, p, argv, (size_t)length);
	}
	if (oldest) {
		c->first_exec = oldest;
		gap(c, HF_GAP_OLDER, oldest, clock_boot(), hidden, false,
		    hidden ? "what runs in it already could not be read (CAP_SYS_PTRACE)" : NULL);
		container_announce(c, HF_CONTAINER_STARTED);
	}
	for (unsigned i = 0; i < all.count; i++)
		if (!all.list[i].hidden)
			maps_process(c, &all.list[i].self, (__u16)all.list[i].flags);
	free(all.list);
	volumes_mark(c);
}

/* Binds the containers among a cgroup and those below it. path: below the mount, with a leading slash */
static void walk(int directory, char *path, size_t size, unsigned depth)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	size_t length = strlen(path);
	struct dirent *entry;

	if (!d && fd >= 0)
		close(fd);
	while (d && (entry = readdir(d))) {
		struct container *c;
		struct stat st;
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || depth >= DEPTH_MAX ||
		    length + strlen(entry->d_name) + 2 > size)
			continue;
		below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		path[length] = '/';
		strcpy(path + length + 1, entry->d_name);
		/* a cgroup2 directory's inode number is its id */
		c = fstat(below, &st) == 0 ? container_bind_known(st.st_ino, path) : NULL;
		if (c)
			following_start(c->cgid);
		else
			walk(below, path, size, depth + 1);
		path[length] = 0;
		close(below);
	}
	if (d)
		closedir(d);
}

void snapshot_all(void)
{
	char path[4096] = "";
	int root = open(kernel_cgroup2(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return;
	for (struct container *c = containers_first(); c; c = c->next)
		c->older = true;
	walk(root, path, sizeof(path), 0);
	close(root);
	for (struct container *c = containers_first(); c; c = c->next) {
		if (c->cgid)
			snapshot_container(c);
		/* its root is mounted, its cgroup not yet made: the sensor was just in time */
		c->older = c->cgid != 0 && c->first_exec != 0;
	}
}
