// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Cgroups come and go. A new one is followed from its first instant, before user space has said whether it is a
 * container's; one made inside a container belongs to that container.
 */
#include "maps.h"

static __always_inline __u64 parent_of(struct cgroup *cgroup)
{
	struct kernfs_node *node = BPF_CORE_READ(cgroup, kn);

	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent, id);
	return BPF_CORE_READ((struct kernfs_node___plain *)node, parent, id);
}

/* Cgroup records have their own reserve of the ring, so they take no share. */
static __always_inline void send(__u32 type, __u64 container, __u64 cgid, __u64 parent, bool followed, const char *path)
{
	struct cgroup_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	long n;

	if (!record) {
		__sync_fetch_and_add(&ring_lost, 1);
		return;
	}
	__builtin_memset(&record->h, 0, sizeof(record->h));
	record->h.type = type;
	record->h.time = bpf_ktime_get_boot_ns();
	record->h.container = container;
	record->cgid = cgid;
	record->parent = parent;
	record->followed = followed;
	n = bpf_probe_read_kernel_str(record->path, sizeof(record->path), path);
	record->length = n > 0 ? n - 1 : 0;
	bpf_ringbuf_submit(record, 0);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct cgroup_value value = {}, *above;
	struct container_value c = {};
	struct returned_value back = {};
	__u64 cgid, parent;
	bool followed;

	/* Ids of the v1 hierarchies are counted apart and would collide with the unified one's. */
	if (BPF_CORE_READ(cgroup, root, hierarchy_id))
		return 0;
	cgid = BPF_CORE_READ(cgroup, kn, id);
	parent = parent_of(cgroup);
	value.container = cgid;
	above = bpf_map_lookup_elem(&cgroups, &parent);
	if (above && above->state == CGROUP_CONTAINER)
		value = *above;
	followed = !bpf_map_update_elem(&cgroups, &cgid, &value, BPF_ANY);
	if (value.container == cgid) {
		followed &= !bpf_map_update_elem(&containers, &cgid, &c, BPF_ANY);
		followed &= !bpf_map_update_elem(&returned, &cgid, &back, BPF_ANY);
	}
	send(RECORD_CGROUP_MADE, value.container, cgid, parent, followed, path);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_gone, struct cgroup *cgroup, const char *path)
{
	struct cgroup_value *value;
	__u64 cgid, container;

	if (BPF_CORE_READ(cgroup, root, hierarchy_id))
		return 0;
	cgid = BPF_CORE_READ(cgroup, kn, id);
	value = bpf_map_lookup_elem(&cgroups, &cgid);
	if (!value)
		return 0;
	container = value->container;
	/* A container's own entry stays until user space has read its last counts. */
	if (container != cgid)
		bpf_map_delete_elem(&cgroups, &cgid);
	send(RECORD_CGROUP_GONE, container, cgid, 0, true, path);
	return 0;
}
