/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Maps and settings that all programs share; maps.bpf.c defines them. */
#ifndef HOLDFAST_MAPS_H
#define HOLDFAST_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "records.h"
#include "keyed.h"

/* Hashes are not preallocated: a host with ten containers should not pay for four thousand. */
typedef struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CGROUPS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct cgroup_value);
} cgroups_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONTAINERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct container_value);
} containers_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONTAINERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct returned_value);
} returned_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KNOWN_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct known_value);
} known_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCESSES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct process_value);
} processes_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, DEAD_MAX);
	__type(key, __u32);
	__type(value, struct process_value);
} dead_map;

typedef struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring_map;

extern cgroups_map cgroups SEC(".maps");
extern containers_map containers SEC(".maps");
extern returned_map returned SEC(".maps");
extern known_map known SEC(".maps");
extern processes_map processes SEC(".maps");
extern dead_map dead SEC(".maps");
extern ring_map ring SEC(".maps");

/* set before loading */
extern const volatile __u64 secret0;
extern const volatile __u64 secret1;
extern const volatile __u32 host_mntns; /* inode number of the sensor's own mount namespace */
extern const volatile __u32 memfd_dev;	/* device of the kernel's own tmpfs, where memfds live */

extern __u64 ring_lost;	     /* records that found no room, of all containers */
extern __u64 known_entries;  /* distinct keys made since start */
extern __u64 known_returned; /* written by user space: keys it deleted */

#define barrier_value(value) asm volatile("" : "+r"(value))

static __always_inline void add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

static __always_inline void add32(__u32 *counter, __u32 n)
{
	__sync_fetch_and_add(counter, n);
}

/* 0: the caller runs in no followed cgroup */
static __always_inline __u64 container_of_current(void)
{
	__u64 cgid = bpf_get_current_cgroup_id();
	struct cgroup_value *cgroup = bpf_map_lookup_elem(&cgroups, &cgid);

	return cgroup ? cgroup->container : 0;
}

static __always_inline __u64 container_of_task(struct task_struct *task)
{
	__u64 cgid = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	struct cgroup_value *cgroup = bpf_map_lookup_elem(&cgroups, &cgid);

	return cgroup ? cgroup->container : 0;
}

static __always_inline __u64 start_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->start_boottime))
		return BPF_CORE_READ(task, start_boottime);
	return BPF_CORE_READ((struct task_struct___before55 *)task, real_start_time);
}

#endif
