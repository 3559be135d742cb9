/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel asked about one of this process's own descriptors, by BPF_PROG_TEST_RUN. Main thread only. */
#ifndef HOLDFAST_DESCRIPTOR_H
#define HOLDFAST_DESCRIPTOR_H

#include "types.h"
#include "frames.h"

/* Names the file behind it (an O_PATH one will do) as BPF names an executed one; place is never HOST. `magic`: of the
 * filesystem that it was opened on. 0 or -errno */
int descriptor_file(int fd, struct hf_file *file, __u64 *magic);

/*
 * Whether the mount that it was opened on hangs in no tree: its namespace has ended, or it was unmounted while in use.
 * The kernel then names a file by its path inside that mount. 1, 0 or -errno
 */
int descriptor_alone(int fd);

/* When the process whose /proc directory it is started, boot ns as in all frames. 0 or -errno */
int descriptor_started(int fd, __u64 *start);

#endif
