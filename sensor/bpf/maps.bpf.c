// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "maps.h"

cgroups_map cgroups SEC(".maps");
containers_map containers SEC(".maps");
returned_map returned SEC(".maps");
known_map known SEC(".maps");
processes_map processes SEC(".maps");
dead_map dead SEC(".maps");
ring_map ring SEC(".maps");

const volatile __u64 secret0 = 0;
const volatile __u64 secret1 = 0;
const volatile __u32 host_mntns = 0;
const volatile __u32 memfd_dev = 0;

__u64 ring_lost = 0;
__u64 known_entries = 0;
__u64 known_returned = 0;

/* The wire's structs and enums by value, so that their layout stands in this object's BTF: a test compares it with
 * TypeScript's. */
union wire {
	struct hf_header header;
	struct hf_file file;
	struct hf_process process;
	struct hf_hello hello;
	struct hf_capability capability;
	struct hf_heartbeat heartbeat;
	struct hf_container container;
	struct hf_exec exec;
	struct hf_fork fork;
	struct hf_exit exit;
	struct hf_open open;
	struct hf_file_hash file_hash;
	struct hf_mapping mapping;
	struct hf_connection connection;
	struct hf_count count;
	struct hf_gap gap;
	struct hf_stats stats;
	enum hf_type type;
	enum hf_place place;
	enum hf_capability_state capability_state;
	enum hf_container_state container_state;
	enum hf_open_kind open_kind;
	enum hf_hash_status hash_status;
	enum hf_connection_op connection_op;
	enum hf_count_kind count_kind;
	enum hf_gap_cause gap_cause;
};
const volatile union wire *wire = NULL;

char LICENSE[] SEC("license") = "Dual BSD/GPL";
