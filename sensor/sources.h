/* SPDX-License-Identifier: Apache-2.0 */
/* The sources beside BPF, as main.c drives them. Main thread only, but for the hash worker's own thread. */
#ifndef HOLDFAST_SOURCES_H
#define HOLDFAST_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"
#include "frames.h"
#include "containers.h"
#include "hash.h"

/* mounts.c: root overlays as they appear (poll of mountinfo), the guard on the runtime's binary, volumes of a container
 */
int mounts_open(const char *const *guarded, unsigned count); /* paths of runtime binaries to guard; 0 or -errno */
void mounts_close(void);
int mounts_fd(void);	   /* /proc/self/mountinfo: wait for POLLPRI */
int mounts_guard_fd(void); /* -1: no guard; serve it before anything else: a runtime waits */
void mounts_scan(void);	   /* rereads mountinfo: marks new roots, forgets gone ones */
int mounts_guard_read(void);
void mounts_mark_volumes(struct container *c);

/* files.c: fanotify */
int files_open(void);
void files_close(void);
int files_watch(struct container *c); /* a group (own, or shared past the host's limit) and a mark on its overlay */
void files_forget(struct container *c);
int files_epoll(void);	    /* an epoll descriptor over all groups */
int files_read(int budget); /* takes turns among groups, a bounded number of events each */
void files_minute(void);
__u64 files_events(void);
__u64 files_overflows(void);

/* mappings.c: PERF_RECORD_MMAP2 */
int mappings_open(void);
void mappings_close(void);
int mappings_epoll(void);
int mappings_read(int budget);
void mappings_counts(struct container *c); /* HF_COUNT of those that moved; NULL = all */
void mappings_forget(struct container *c);
__u64 mappings_records(void);
__u64 mappings_lost(void);

/* snapshot.c: containers and processes older than the sensor, and repair after lost mapping records */
void snapshot_all(void);
void snapshot_container(struct container *c);

#endif
