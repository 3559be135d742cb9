// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "containers.h"
#include "descriptor.h"
#include "handle.h"
#include "members.h"
#include "oldprocess.h"
#include "processes.h"

/* Parent and, where BPF can't tell, start (in hundredths of a second) out of /proc/PID/stat. The name in it may hold
 * anything, so fields are counted from the last ')'. */
static bool read_stat(struct oldprocess *p)
{
	char text[2048], *at;
	unsigned long long start = 0;
	int fd;

	if (members_read(p->self.pid, "stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %*c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			  &p->parent, &start) != 2)
		return false;
	p->self.start = start * (1000000000ull / (__u64)sysconf(_SC_CLK_TCK));
	snprintf(text, sizeof(text), "/proc/%u", p->self.pid);
	fd = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		descriptor_started(fd, &p->self.start);
		close(fd);
	}
	return true;
}

static bool read_status(struct oldprocess *p)
{
	static char text[16384];
	char *at;

	if (members_read(p->self.pid, "status", text, sizeof(text)) <= 0)
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

static bool read_exe(struct oldprocess *p, const struct container *c)
{
	char link[64];
	struct stat st, own, its;
	int fd;

	snprintf(link, sizeof(link), "/proc/%u/exe", p->self.pid);
	fd = handle_path(link);
	if (fd == -ENOLINK)
		return true; /* its file is not named */
	if (fd == -EACCES || fd == -EPERM) {
		p->hidden = true;
		return true;
	}
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

bool oldprocess_read(struct oldprocess *p, __u32 pid, const struct container *c)
{
	__u64 cgid;
	__u32 flags;

	*p = (struct oldprocess){.self = {.pid = pid}};
	if (!read_stat(p) || !read_status(p) || !read_exe(p, c))
		return false;
	p->known = process_find(pid, 0, &p->self, &cgid, &flags) && p->self.program;
	return true;
}
