// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kernel.h"
#include "kernel_state.h"
#include "bpf/records.h"
#include "bpf/keyed.h"
#include "keys.h"
#include "holdfast.skel.h"

#define BATCH 512

static int map(void)
{
	return bpf_map__fd(kernel_object->maps.known);
}

static __u64 secret(int which)
{
	return which ? kernel_object->rodata->secret1 : kernel_object->rodata->secret0;
}

/* Kernels before 5.6 have no batches. */
static void walk_slowly(void (*visit)(__u64 key, const struct known_value *value, void *context), void *context)
{
	__u64 key, next;
	struct known_value value;
	int error = bpf_map_get_next_key(map(), NULL, &next);

	while (!error) {
		key = next;
		/* asked before the visit, which may delete the key */
		error = bpf_map_get_next_key(map(), &key, &next);
		if (!bpf_map_lookup_elem(map(), &key, &value))
			visit(key, &value, context);
	}
}

void keys_walk(void (*visit)(__u64 key, const struct known_value *value, void *context), void *context)
{
	static __u64 keys[BATCH];
	static struct known_value values[BATCH];
	__u32 in, out, *from = NULL;

	for (;;) {
		__u32 n = BATCH;
		int error = bpf_map_lookup_batch(map(), from, &out, keys, values, &n, NULL);

		if (error && errno != ENOENT) {
			if (!from)
				walk_slowly(visit, context);
			return;
		}
		for (__u32 i = 0; i < n; i++)
			visit(keys[i], &values[i], context);
		if (error)
			return;
		in = out;
		from = &in;
	}
}

/* Deletes a key and gives its place back to the container's bound. */
static void drop(__u64 container, __u64 key)
{
	int fd = bpf_map__fd(kernel_object->maps.returned);
	struct returned_value back;
	struct known_value value;

	if (bpf_map_lookup_elem(map(), &key, &value) || bpf_map_delete_elem(map(), &key))
		return;
	kernel_object->bss->known_returned++;
	if (bpf_map_lookup_elem(fd, &container, &back))
		return;
	if (value.kind == HF_COUNT_FORK)
		back.forks++;
	else if (value.kind == HF_COUNT_CONNECTION)
		back.connections++;
	else if (value.coarse)
		back.coarse++;
	else
		back.fine++;
	bpf_map_update_elem(fd, &container, &back, BPF_EXIST);
}

void keys_forget(__u64 container, __u64 key)
{
	drop(container, key);
}

void keys_forget_fork(__u64 container, __u64 program)
{
	drop(container, fork_key(secret(0), secret(1), container, program));
}

static __u64 key_of(const struct hf_file *file)
{
	return file_key(secret(0), secret(1), file->dev, file->ino, file->gen, file->ctime);
}

__u64 kernel_exec_key(__u64 cgid, const struct hf_file *file, const struct hf_file *parent, __u32 uid, const char *argv,
		      size_t length)
{
	size_t bytes = length < ARGV_KEY_BYTES ? length : ARGV_KEY_BYTES;
	struct sip s;

	if (!kernel_object)
		return 0;
	exec_key_start(&s, secret(0), secret(1), cgid, key_of(file), parent ? key_of(parent) : 0, uid);
	for (size_t at = 0; at < bytes; at += 8) {
		__u64 word = 0;

		memcpy(&word, argv + at, bytes - at < 8 ? bytes - at : 8);
		sip_word(&s, word);
	}
	sip_word(&s, length);
	return sip_end(&s);
}

int kernel_seed_process(__u32 pid, __u64 cgid, const struct hf_process *process, const struct hf_file *file)
{
	struct process_value value = {
	    .start = process->start,
	    .program = process->program,
	    .container = cgid,
	    .uid = process->uid,
	};

	if (!kernel_object)
		return -ENODEV;
	value.file = file ? key_of(file) : 0;
	/* what BPF saw meanwhile is newer */
	if (bpf_map_update_elem(bpf_map__fd(kernel_object->maps.processes), &pid, &value, BPF_NOEXIST) &&
	    errno != EEXIST)
		return -errno;
	return 0;
}

int kernel_seed_exec(__u64 cgid, __u64 key, __u64 time)
{
	struct known_value value = {
	    .container = cgid, .name = key, .count = 1, .first = time, .last = time, .kind = HF_COUNT_EXEC};
	struct returned_value back;
	int fd;

	if (!kernel_object)
		return -ENODEV;
	fd = bpf_map__fd(kernel_object->maps.returned);
	if (bpf_map_update_elem(map(), &key, &value, BPF_NOEXIST))
		return errno == EEXIST ? 0 : -errno;
	/* one that BPF did not count in: given back less, it is counted all the same */
	kernel_object->bss->known_returned--;
	if (!bpf_map_lookup_elem(fd, &cgid, &back)) {
		back.fine--;
		bpf_map_update_elem(fd, &cgid, &back, BPF_EXIST);
	}
	return 0;
}

/* Whether a living process has this pid and is not the one that started then: pids are reused, and hosts fork more than
 * containers. */
static bool taken_over(__u32 pid, __u64 start)
{
	char path[32], line[1024], *at;
	unsigned long long ticks;
	__u64 then = start / (1000000000ull / (__u64)sysconf(_SC_CLK_TCK));
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[n > 0 ? n : 0] = 0;
	/* the name, in brackets, may hold anything; field 22 is the 20th behind it */
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1)
		return false;
	return ticks > then + 1 || ticks + 1 < then;
}

bool kernel_process(__u32 pid, __u64 when, struct hf_process *process, __u64 *cgid, __u32 *flags)
{
	struct process_value value;

	if (!kernel_object)
		return false;
	if (bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.processes), &pid, &value) ||
	    (when && when < value.start)) {
		if (bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.dead), &pid, &value))
			return false;
		/* who had its pid afterwards may be dead too: then only the time tells them apart */
		if (when ? when < value.start || when > value.ended : taken_over(pid, value.start))
			return false;
	}
	*process = (struct hf_process){.start = value.start, .program = value.program, .pid = pid, .uid = value.uid};
	if (cgid)
		*cgid = value.container;
	if (flags)
		*flags = value.flags;
	return true;
}

static void drop_if_of(__u64 key, const struct known_value *value, void *context)
{
	if (value->container != *(__u64 *)context)
		return;
	if (!bpf_map_delete_elem(map(), &key))
		kernel_object->bss->known_returned++;
}

void kernel_forget_container(__u64 cgid)
{
	__u64 key, next;
	int fd = bpf_map__fd(kernel_object->maps.cgroups), error;
	struct container_value c;
	struct cgroup_value value;

	/* most cgroups that are ignored were empty: the map need not be walked for them */
	if (!bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.containers), &cgid, &c) &&
	    (c.fine || c.coarse || c.known_forks || c.known_connections))
		keys_walk(drop_if_of, &cgid);
	error = bpf_map_get_next_key(fd, NULL, &next);
	while (!error) {
		key = next;
		error = bpf_map_get_next_key(fd, &key, &next);
		if (!bpf_map_lookup_elem(fd, &key, &value) && value.container == cgid)
			bpf_map_delete_elem(fd, &key);
	}
	bpf_map_delete_elem(bpf_map__fd(kernel_object->maps.containers), &cgid);
	bpf_map_delete_elem(bpf_map__fd(kernel_object->maps.returned), &cgid);
}
