// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "kernel_state.h"
#include "keys.h"
#include "bpf/keyed.h"
#include "bpf/records.h"
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

__u64 keys_file(const struct hf_file *file)
{
	return file_key(secret(0), secret(1), file->dev, file->ino, file->gen, file->ctime);
}

__u64 keys_exec(__u64 cgid, const struct hf_file *file, const struct hf_file *parent, __u32 uid, __u64 capabilities,
		const char *argv, size_t length)
{
	size_t bytes = length < ARGV_KEY_BYTES ? length : ARGV_KEY_BYTES;
	struct sip s;

	if (!kernel_object)
		return 0;
	exec_key_start(&s, secret(0), secret(1), cgid, keys_file(file), parent ? keys_file(parent) : 0, uid,
		       capabilities, false);
	for (size_t at = 0; at < bytes; at += 8) {
		__u64 word = 0;

		memcpy(&word, argv + at, bytes - at < 8 ? bytes - at : 8);
		sip_word(&s, word);
	}
	sip_word(&s, length);
	return sip_end(&s);
}

static void drop_if_of(__u64 key, const struct known_value *value, void *context)
{
	if (value->container != *(__u64 *)context)
		return;
	if (!bpf_map_delete_elem(map(), &key))
		kernel_object->bss->known_returned++;
}

void keys_forget_container(__u64 cgid)
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
