// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "binding.h"
#include "containers.h"
#include "counts.h"
#include "emit.h"
#include "following.h"
#include "kernel.h"
#include "kernel_state.h"
#include "keys.h"
#include "lifetime.h"
#include "bpf/records.h"
#include "holdfast.skel.h"

#define NESTED_DEPTH 16

static bool waiting; /* the end of a container waits for room in the queue */

static int map_cgroups(void)
{
	return bpf_map__fd(kernel_object->maps.cgroups);
}

static int enter(__u64 cgid, __u64 container)
{
	struct cgroup_value value = {.container = container, .state = CGROUP_CONTAINER};

	return bpf_map_update_elem(map_cgroups(), &cgid, &value, BPF_ANY) ? -errno : 0;
}

/* A cgroup's directory by its id: cgroup2's file handles are that id. */
static int open_cgroup(__u64 cgid)
{
	struct {
		struct file_handle h;
		__u64 id;
	} handle = {.h = {.handle_bytes = sizeof(__u64), .handle_type = 0xfe /* FILEID_KERNFS */}};

	memcpy(handle.h.f_handle, &cgid, sizeof(cgid));
	return open_by_handle_at(kernel_cgroup2_fd(), &handle.h, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Cgroups made inside a container before it was followed. Takes fd. A cgroup2 directory's inode number is its id. */
static void enter_below(int fd, __u64 container, unsigned depth)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || depth == NESTED_DEPTH)
			continue;
		enter(entry->d_ino, container);
		below = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (below >= 0)
			enter_below(below, container, depth + 1);
	}
	closedir(directory);
}

int following_start(__u64 cgid)
{
	struct container_value zero = {0};
	struct returned_value none = {0};
	int error, fd;

	/* where BPF made them already, what they counted stays */
	if (bpf_map_update_elem(bpf_map__fd(kernel_object->maps.containers), &cgid, &zero, BPF_NOEXIST) &&
	    errno != EEXIST)
		return -errno;
	if (bpf_map_update_elem(bpf_map__fd(kernel_object->maps.returned), &cgid, &none, BPF_NOEXIST) &&
	    errno != EEXIST)
		return -errno;
	error = enter(cgid, cgid);
	if (error)
		return error;
	fd = open_cgroup(cgid);
	if (fd >= 0)
		enter_below(fd, cgid, 0);
	return 0;
}

int following_stop(__u64 cgid)
{
	keys_forget_container(cgid);
	return 0;
}

static void classify(__u64 cgid, const char *path)
{
	struct container *c = container_bind(cgid, path);

	if (c)
		following_start(cgid);
	else
		following_stop(cgid);
}

void following_made(const struct cgroup_record *record)
{
	struct cgroup_value parent;

	if (record->h.container != record->cgid)
		return; /* BPF knew it as part of a container */
	/* Its parent may have become a container's since BPF asked. */
	if (!bpf_map_lookup_elem(map_cgroups(), &record->parent, &parent) && parent.state == CGROUP_CONTAINER) {
		following_stop(record->cgid);
		enter(record->cgid, parent.container);
		return;
	}
	classify(record->cgid, record->path);
}

void following_gone(const struct cgroup_record *record)
{
	struct container *c;

	if (record->h.container != record->cgid)
		return;
	c = container_by_cgid(record->cgid);
	/* Its last counts are worth waiting for: until then it keeps its entry, and following_reconcile() finds it
	 * again. */
	if (c)
		(void)emit_flush();
	if (c && (!emit_ready() || c->queued)) {
		waiting = true;
		return;
	}
	if (c) {
		container_settle(c);
		counts_of(c);
		container_remove(c);
	}
	keys_forget_container(record->cgid);
}

void following_reconcile(void)
{
	__u64 *previous = NULL, cgid;
	struct cgroup_value value;

	while (!bpf_map_get_next_key(map_cgroups(), previous, &cgid)) {
		char link[64], path[4096];
		ssize_t n;
		int fd;

		previous = &cgid;
		if (bpf_map_lookup_elem(map_cgroups(), &cgid, &value))
			continue;
		if (value.container != cgid)
			continue;
		fd = open_cgroup(cgid);
		if (fd < 0 && (errno == ESTALE || errno == ENOENT)) {
			struct cgroup_record gone = {.h = {.container = cgid}, .cgid = cgid};

			following_gone(&gone);
			previous = NULL; /* that key is deleted: start again */
			continue;
		}
		if (fd >= 0 && value.state == CGROUP_NEW) {
			snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
			n = readlink(link, path, sizeof(path) - 1);
			path[n > 0 ? n : 0] = 0;
			if (!strncmp(path, kernel_cgroup2(), strlen(kernel_cgroup2()))) {
				struct container *c = container_bind(cgid, path + strlen(kernel_cgroup2()));

				if (c)
					following_start(cgid);
				else {
					following_stop(cgid);
					previous = NULL;
				}
			}
		}
		if (fd >= 0)
			close(fd);
	}
}

void following_ends(void)
{
	if (!waiting || !emit_ready())
		return;
	waiting = false;
	following_reconcile();
}
