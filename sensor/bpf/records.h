/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What BPF and the sensor's user space share: ring records, map values, bounds.
 * A record of an event *is* its frame's fixed struct (frames.h), so that user space only numbers it and passes it on.
 */
#ifndef HOLDFAST_RECORDS_H
#define HOLDFAST_RECORDS_H

#include "../frames.h"

/* Bytes of strings that cross; longer ones are cut and HF_FLAG_TRUNCATED is set. Powers of two: the verifier wants
 * masks. */
#define NAME_MAX_BYTES 512  /* filename, interp */
#define PATH_MAX_BYTES 1024 /* path inside the file's filesystem */
#define PATH_MAX_DEPTH 32
#define ARGV_MAX_BYTES 2048
/* Of argv that enter the key, with its whole length: all that crosses, so that two commands that can be told apart are
 * two. */
#define ARGV_KEY_BYTES ARGV_MAX_BYTES
#define COMM_BYTES 16
#define EXEC_STRINGS 5

/* Distinct keys that one container may have: past FINE an exec's key leaves argv and parent out, past COARSE it is only
 * counted. */
#define FINE_EXECS 4096
#define COARSE_EXECS 1024
#define KNOWN_FORKS 5120
#define KNOWN_CONNECTIONS 4096
/*
 * All containers together. Past CROWDED the bounds above are a CROWDED_SHARE-th each, so that a few greedy containers
 * leave room for hundreds of others.
 */
#define KNOWN_ENTRIES 262144
#define KNOWN_CROWDED 196608
#define CROWDED_SHARE 64

#define RING_BYTES (2u << 20)
#define RING_SHARE (RING_BYTES / 8)   /* bytes in flight that one container may have */
#define RING_RESERVE (RING_BYTES / 8) /* left to cgroup records, that nothing may crowd out */
#define CONTAINERS_MAX 4096
#define CGROUPS_MAX 16384
#define PROCESSES_MAX 65536
#define DEAD_MAX 8192

/* Ring records that are no frames. */
enum record_type {
	RECORD_CGROUP_MADE = 100,
	RECORD_CGROUP_GONE = 101,
};

struct cgroup_record {
	struct hf_header h; /* container = the cgroup it belongs to: itself, or the container it was made in */
	__u64 cgid;
	__u64 parent;
	__u32 length;
	__u32 followed; /* 0: the map of cgroups was full */
	char path[PATH_MAX_BYTES];
};

/* followed by its strings without separators, in the order that frames.h names them */
struct exec_record {
	struct hf_exec e;
	__u16 lengths[EXEC_STRINGS];
	__u16 reserved;
	__u32 seen_dev; /* where the file was opened: under an overlay the overlay's device, not the layer's */
};

/* map `cgroups`: cgroup id → whose it is */
enum cgroup_state {
	CGROUP_NEW = 0,	      /* made, not yet classified by user space; followed meanwhile */
	CGROUP_CONTAINER = 1, /* a container's, or below one */
};
struct cgroup_value {
	__u64 container;
	__u32 state;
	__u32 reserved;
};

/* map `containers`: written by BPF only */
struct container_value {
	__u64 submitted; /* ring bytes since it was made */
	__u64 execs;
	__u64 forks;
	__u64 exits;
	__u64 connections;
	__u64 lost_ring;
	__u64 lost_first; /* boot ns */
	__u64 lost_last;
	__u64 exec_limit; /* executions not reported because of the bounds above */
	__u64 connection_limit;
	__u32 fine;
	__u32 coarse;
	__u32 known_forks;
	__u32 known_connections;
};

/* map `returned`: written by user space only. What it took from the ring, and keys it deleted because their frame was
 * refused. */
struct returned_value {
	__u64 bytes;
	__u32 fine;
	__u32 coarse;
	__u32 forks;
	__u32 connections;
};

/* map `known`: key → how often */
struct known_value {
	__u64 container;
	__u64 name; /* as HF_COUNT names it: hf_exec.key, hf_connection.key; of a fork, the parent's program */
	__u64 count;
	__u64 first;
	__u64 last;
	__u32 kind; /* enum hf_count_kind */
	__u32 coarse;
};

/* maps `processes` and `dead`: thread group id → */
struct process_value {
	__u64 start;
	__u64 program;
	__u64 file; /* key of the file it runs: enters the keys of its children's execs */
	__u64 container;
	__u32 uid;
	__u16 flags;	/* HF_FLAG_HOST_MNTNS */
	__u16 reported; /* its exec or fork went to user space, so its exit goes too */
	__u64 ended;	/* boot ns; of a dead one */
};

#endif
