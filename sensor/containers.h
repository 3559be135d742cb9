/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers there are, and what is held for each. Main thread only. */
#ifndef HOLDFAST_CONTAINERS_H
#define HOLDFAST_CONTAINERS_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct known_files; /* known.c: what was reported of this container */
struct known_maps;  /* knownmaps.c */
struct volume;	    /* volumes.c: its mounts beside the root */

struct container {
	struct container *next;
	__u64 cgid;	  /* 0 until its cgroup exists */
	char *namespace_; /* containerd's */
	char *id;
	char *cgroup;	    /* path below the cgroup2 root */
	char *rootfs;	    /* host path of its overlay */
	__u32 overlay_dev;  /* kernel encoding, of the overlay's superblock; 0: its root is none; reused by later
			       containers */
	__u32 snapshot_dev; /* kernel encoding, of the filesystem that holds lower and upper */
	int mount_id;	    /* of rootfs in the host's namespace */
	int fanotify;	    /* its group's descriptor; shared ones are shared */
	bool shared_group;
	bool older;
	bool late;
	bool volumes_marked;
	bool volumes_told; /* that they can't be */
	bool root_gone;	   /* its overlay is no longer mounted on the host */
	bool gone;
	__u32 pid;	/* its first process */
	__u32 sequence; /* of its frames */
	__u64 appeared; /* boot ns: its root or cgroup was first seen */
	__u64 marked;	/* boot ns */
	__u64 first_exec;
	__u64 queued;	       /* bytes of its frames that wait in the queue (emit.c) */
	struct hf_stats stats; /* header unused; counters since first seen */
	struct hf_stats sent;  /* as last sent */
	struct {
		__u64 ring, exec_limit, connection_limit, queue; /* losses of which a gap was sent (counts.c) */
		__u64 time;
	} told;
	struct known_files *files;
	struct known_maps *maps;
	struct volume *volumes;
	__u64 volumes_marked_at;
	__u64 files_emptied; /* boot ns: its queue of file events was last seen empty */
	unsigned scan;	     /* the last reading of mountinfo that showed its root */
};

struct container *container_by_cgid(__u64 cgid);
struct container *container_by_overlay(__u32 overlay_dev); /* the live one */
struct container *containers_first(void);

/* A root overlay appeared (mounts.c). NULL: the bound on containers is reached, or no memory. */
struct container *container_add(const char *namespace_, const char *id, const char *rootfs);

/* The container without a cgroup that a cgroup's last path element names: ID, or PREFIX-ID.scope as systemd spells it.
 */
struct container *container_named(const char *cgroup_path);

/* Takes it off the list and frees it; what other parts hold of it must be gone (lifetime.c). */
void container_delete(struct container *c);

void containers_limit(unsigned max);
unsigned containers_count(void);

#endif
