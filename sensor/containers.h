/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers there are, and what is held for each. Main thread only. */
#ifndef HOLDFAST_CONTAINERS_H
#define HOLDFAST_CONTAINERS_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct known_files; /* files.c: what was reported of this container */
struct known_maps;  /* mappings.c */
struct volume;	    /* volumes.c: its mounts beside the root */

struct container {
	struct container *next;
	__u64 cgid;	  /* 0 until its cgroup exists */
	char *namespace_; /* containerd's */
	char *id;
	char *cgroup;	    /* path below the cgroup2 root */
	char *rootfs;	    /* host path of its overlay */
	__u32 overlay_dev;  /* kernel encoding, of the overlay's superblock; reused by later containers */
	__u32 snapshot_dev; /* kernel encoding, of the filesystem that holds lower and upper */
	int mount_id;	    /* of rootfs in the host's namespace */
	int fanotify;	    /* its group's descriptor; shared ones are shared */
	bool shared_group;
	bool older;
	bool late;
	bool volumes_marked;
	bool root_gone; /* its overlay is no longer mounted on the host */
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
struct container *container_by_id(const char *id);
struct container *container_by_overlay(__u32 overlay_dev); /* the live one */
struct container *containers_first(void);

/* A root overlay appeared (mounts.c); returns the container, new or known. NULL: the bound on containers is reached. */
struct container *container_add(const char *namespace_, const char *id, const char *rootfs);

/*
 * A cgroup was made or found: is it a container's? Matches its last path element with a known root (the id itself, or
 * …-ID.scope as systemd spells it), rereading mountinfo once when nothing matches. NULL: not a container's.
 */
struct container *container_bind(__u64 cgid, const char *cgroup_path);

/* As container_bind(), without rereading mountinfo. */
struct container *container_bind_known(__u64 cgid, const char *cgroup_path);

/* Reports what the kernel's queues still hold of it. Call it before its last counts and stats are sent. */
void container_settle(struct container *c);

/* Its cgroup is gone: last counts and stats were sent; marks and memory are released. */
void container_remove(struct container *c);

void containers_limit(unsigned max);
unsigned containers_count(void);

void container_announce(struct container *c, enum hf_container_state state); /* emits HF_CONTAINER */

#endif
