/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF side as user space sees it: load, attach, read the ring, look processes up. Main thread only. */
#ifndef HOLDFAST_KERNEL_H
#define HOLDFAST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"
#include "frames.h"

struct kernel_options {
	const char *cgroup2; /* mount point; NULL = find it */
};

/* Loads and attaches. Each hook that the kernel refuses is declared as a capability and left out; only no BPF at all is
 * an error. 0 or -errno */
int kernel_open(const struct kernel_options *options);
void kernel_close(void);
int kernel_fd(void);	     /* for epoll */
int kernel_read(int budget); /* handles at most `budget` records; returns how many; -errno */

/*
 * What the process is that did something at `when` (boot ns; 0: not known, about now), also shortly after its death.
 * false: not a container's process as far as is known.
 */
bool kernel_process(__u32 pid, __u64 when, struct hf_process *process, __u64 *cgid, __u32 *flags);

/*
 * Names the file behind one of this process's own descriptors (an O_PATH one will do) as BPF names an executed one;
 * place is never HOST. Runs the BPF program `descriptor` by BPF_PROG_TEST_RUN. 0 or -errno
 */
int kernel_file(int fd, struct hf_file *file, __u64 *magic);

/*
 * Whether the mount that a descriptor was opened on hangs in no tree: its namespace has ended, or it was unmounted
 * while in use. The kernel then names a file by its path inside that mount. 1, 0 or -errno
 */
int kernel_mount_alone(int fd);

/* When the process whose /proc directory `fd` is started, boot ns as in all frames. 0 or -errno */
int kernel_started(int fd, __u64 *start);

/* Makes BPF follow this cgroup (and those made below it) as a container / stop following one that is not. */
int kernel_follow(__u64 cgid);
int kernel_ignore(__u64 cgid);

/* The key that BPF gives to this execution: secret of this run of the sensor; argv NUL-separated, whole. parent NULL:
 * outside the container */
__u64 kernel_exec_key(__u64 cgid, const struct hf_file *file, const struct hf_file *parent, __u32 uid, const char *argv,
		      size_t length);
/* Enters a process that ran before the sensor, so that its events and children have a program (process->program: an
 * exec's key). */
int kernel_seed_process(__u32 pid, __u64 cgid, const struct hf_process *process, const struct hf_file *file);
/* An exec frame was sent for this key by other means than BPF: the same execution is then silent. */
int kernel_seed_exec(__u64 cgid, __u64 key, __u64 time);

/* Emits HF_COUNT for all keys that moved since the last call (of one container, or of all: NULL). */
struct container;
void kernel_counts(struct container *c);
/* Copies kernel-side counters into c->stats. */
void kernel_stats(struct container *c);
void kernel_forget_container(__u64 cgid); /* frees its keys */

const char *kernel_cgroup2(void); /* mount point */
__u64 kernel_ring_records(void);
__u64 kernel_ring_lost(void);

#endif
