/* SPDX-License-Identifier: Apache-2.0 */
/* A process that runs already, as /proc shows it. Main thread only. */
#ifndef HOLDFAST_OLDPROCESS_H
#define HOLDFAST_OLDPROCESS_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct container;

struct oldprocess {
	struct hf_process self;
	struct hf_file file;
	__u32 parent;
	__u32 gid;
	__u64 capabilities;
	__u32 flags;
	bool known;  /* BPF saw it start */
	bool hidden; /* its file may not be asked for: only parent, start and identity are filled */
};

/* Fills all but self.program, where BPF does not know it. false: it is gone, or a kernel thread. */
bool oldprocess_read(struct oldprocess *p, __u32 pid, const struct container *c);

#endif
