// SPDX-License-Identifier: Apache-2.0
/*
 * Containers and processes that were there before the sensor, and what is read again after lost mapping records.
 *
 * Cost: once at start, a walk of the cgroup2 tree and some ten files of /proc per process of a container.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "gap.h"
#include "handle.h"
#include "kernel.h"
#include "mappings.h"
#include "snapshot.h"
#include "sources.h"

#define DEPTH_MAX 32
#define PROCESSES_MAX 32768 /* read per container */
#define MAPS_MAX 65536	    /* lines per process: the kernel's own default bound of mappings */
#define ARGV_READ 65536
#define ARGV_SENT 2048

struct process {
	struct hf_process self;
	struct hf_file file;
	__u32 parent;
	__u32 gid;
	__u64 capabilities;
	__u32 flags;
	bool known; /* BPF saw it start */
};

struct processes {
	struct process *list;
	unsigned count;
	unsigned room;
};

/* Calls each process of a cgroup and of those below it. */
static void each_process(int directory, unsigned depth, void (*each)(__u32 pid, void *context), void *context)
{
	int fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct dirent *entry;
	char line[32];
	DIR *d;

	if (!file && fd >= 0)
		close(fd);
	if (file) {
		while (fgets(line, sizeof(line), file)) {
			unsigned long pid = strtoul(line, NULL, 10);

			if (pid)
				each((__u32)pid, context);
		}
		fclose(file);
	}
	fd = depth < DEPTH_MAX ? openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d && fd >= 0)
		close(fd);
	while (d && (entry = readdir(d))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		each_process(below, depth + 1, each, context);
		close(below);
	}
	if (d)
		closedir(d);
}

static int open_cgroup(const struct container *c)
{
	char path[8192];

	if (!c->cgroup || snprintf(path, sizeof(path), "%s/%s", kernel_cgroup2(), c->cgroup) >= (int)sizeof(path))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Reads /proc/PID/NAME; the buffer ends with a NUL. */
static ssize_t read_proc(__u32 pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	size_t used = 0;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (used < size - 1 && ((n = read(fd, buffer + used, size - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	close(fd);
	buffer[used] = 0;
	return n < 0 && !used ? -1 : (ssize_t)used;
}

/* Parent and, where BPF can't tell, start (in hundredths of a second) out of /proc/PID/stat. The name in it may hold
 * anything, so fields are counted from the last ')'. */
static bool read_stat(struct process *p)
{
	char text[2048], *at;
	unsigned long long start = 0;
	int fd;

	if (read_proc(p->self.pid, "stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %*c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			  &p->parent, &start) != 2)
		return false;
	p->self.start = start * (1000000000ull / (__u64)sysconf(_SC_CLK_TCK));
	snprintf(text, sizeof(text), "/proc/%u", p->self.pid);
	fd = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		kernel_started(fd, &p->self.start);
		close(fd);
	}
	return true;
}

static bool read_status(struct process *p)
{
	static char text[16384];
	char *at;

	if (read_proc(p->self.pid, "status", text, sizeof(text)) <= 0)
		return false;
	at = strstr(text, "\nUid:");
	if (!at || sscanf(at + 5, "%*u %u", &p->self.uid) != 1)
		return false;
	at = strstr(text, "\nGid:");
	if (at)
		sscanf(at + 5, "%*u %u", &p->gid);
	at = strstr(text, "\nCapEff:");
	if (at)
		p->capabilities = strtoull(at + 8, NULL, 16);
	return true;
}

static bool read_exe(struct process *p, const struct container *c)
{
	char link[64];
	struct stat st, own, its;
	int fd;

	snprintf(link, sizeof(link), "/proc/%u/exe", p->self.pid);
	fd = handle_path(link);
	if (fd == -ENOLINK)
		return true; /* its file is not named */
	if (fd < 0)
		return false; /* a kernel thread, or gone */
	if (fstat(fd, &st) < 0) {
		close(fd);
		return false;
	}
	handle_identify(fd, &st, c, &p->file);
	close(fd);
	snprintf(link, sizeof(link), "/proc/%u/ns/mnt", p->self.pid);
	if (stat(link, &its) == 0 && stat("/proc/self/ns/mnt", &own) == 0 && its.st_ino == own.st_ino)
		p->flags |= HF_FLAG_HOST_MNTNS;
	return true;
}

struct collecting {
	struct container *c;
	struct processes *all;
};

static void collect(__u32 pid, void *context)
{
	struct collecting *into = context;
	struct processes *all = into->all;
	struct process *p;
	__u64 cgid;
	__u32 flags;

	if (all->count >= PROCESSES_MAX)
		return;
	if (all->count == all->room) {
		unsigned room = all->room ? all->room * 2 : 64;
		struct process *larger = realloc(all->list, room * sizeof(*larger));

		if (!larger)
			return;
		all->list = larger;
		all->room = room;
	}
	p = &all->list[all->count];
	*p = (struct process){.self = {.pid = pid}};
	if (!read_stat(p) || !read_status(p) || !read_exe(p, into->c))
		return;
	p->known = kernel_process(pid, 0, &p->self, &cgid, &flags) && p->self.program;
	all->count++;
}

static struct process *find(const struct processes *all, __u32 pid)
{
	for (unsigned i = 0; i < all->count; i++)
		if (all->list[i].self.pid == pid)
			return &all->list[i];
	return NULL;
}

static void report(struct container *c, const struct processes *all, struct process *p, const char *argv, size_t length)
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
	const struct process *parent = find(all, p->parent);
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
	n = read_proc(p->self.pid, "comm", comm, sizeof(comm));
	strings[3] = (struct text){comm, n > 0 ? strcspn(comm, "\n") : 0};
	if (length > ARGV_SENT)
		frame.h.flags |= HF_FLAG_TRUNCATED;
	strings[4] = (struct text){argv, length > ARGV_SENT ? ARGV_SENT : length};
	if (!emit(&frame.h, HF_EXEC, sizeof(frame), strings, 5))
		return;
	kernel_seed_exec(c->cgid, p->self.program, p->self.start);
	path[strings[2].length] = 0;
	hash_request_by_file(&p->file, c->cgid, p->self.pid, path);
}

/* Whether the file at a path inside c's mounts lies there is not asked: maps names it, map_files opens it. */
static void read_maps(struct container *c, const struct hf_process *who, __u16 flags)
{
	char path[64], *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/maps", who->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	for (unsigned i = 0; i < MAPS_MAX && (n = getline(&line, &room, file)) > 0; i++) {
		unsigned long long start, end, offset, ino;
		unsigned major, minor;
		char protection[5];
		int name = 0;

		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, protection, &offset, &major, &minor,
			   &ino, &name) < 7)
			continue;
		if (protection[2] != 'x' || !name)
			continue;
		mappings_seen(c, &(struct mapping){
				     .who = *who,
				     .time = clock_boot(),
				     .address = start,
				     .length = end - start,
				     .offset = offset,
				     .ino = ino,
				     .dev = major << 20 | minor,
				     .protection = (protection[0] == 'r' ? PROT_READ : 0) |
						   (protection[1] == 'w' ? PROT_WRITE : 0) | PROT_EXEC,
				     .map_flags = protection[3] == 's' ? MAP_SHARED : MAP_PRIVATE,
				     .frame_flags = HF_FLAG_SNAPSHOT | flags,
				     .path = line + name,
				 });
	}
	free(line);
	fclose(file);
}

static void read_process_maps(__u32 pid, void *context)
{
	const struct container *c = context;
	struct hf_process who = {0};
	__u64 cgid;
	__u32 flags = 0;

	/* its runtime, on its way in, has mapped the host's files */
	if (kernel_process(pid, 0, &who, &cgid, &flags) && (who.program || c->older))
		read_maps(context, &who, (__u16)(flags & HF_FLAG_HOST_MNTNS));
}

void snapshot_mappings(struct container *c)
{
	int directory = open_cgroup(c);

	if (directory < 0)
		return;
	each_process(directory, 0, read_process_maps, c);
	close(directory);
}

void snapshot_container(struct container *c)
{
	static char argv[ARGV_READ];
	struct processes all = {0};
	struct collecting into = {c, &all};
	int directory = open_cgroup(c);
	__u64 oldest = 0;

	if (directory < 0)
		return;
	each_process(directory, 0, collect, &into);
	close(directory);
	for (unsigned i = 0; i < all.count; i++) {
		struct process *p = &all.list[i], *parent = find(&all, p->parent);
		ssize_t length;

		if (!oldest || p->self.start < oldest) {
			oldest = p->self.start;
			c->pid = p->self.pid;
		}
		if (p->known)
			continue;
		length = read_proc(p->self.pid, "cmdline", argv, sizeof(argv));
		if (length < 0)
			length = 0;
		p->self.program = kernel_exec_key(c->cgid, &p->file, parent ? &parent->file : NULL, p->self.uid, argv,
						  (size_t)length);
		kernel_seed_process(p->self.pid, c->cgid, &p->self, &p->file);
		report(c, &all, p, argv, (size_t)length);
	}
	if (oldest) {
		c->first_exec = oldest;
		gap(c, HF_GAP_OLDER, oldest, clock_boot(), 0, false, NULL);
		container_announce(c, HF_CONTAINER_STARTED);
	}
	for (unsigned i = 0; i < all.count; i++)
		read_maps(c, &all.list[i].self, (__u16)all.list[i].flags);
	free(all.list);
	mounts_mark_volumes(c);
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
			kernel_follow(c->cgid);
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
