/* SPDX-License-Identifier: Apache-2.0 */
/* Executable mappings as the kernel makes them: PERF_RECORD_MMAP2. Main thread only. */
#ifndef HOLDFAST_PERF_H
#define HOLDFAST_PERF_H

#include "types.h"

int perf_open(void); /* 0 or -errno */
void perf_close(void);
int perf_epoll(void);
int perf_read(int budget);
__u64 perf_records(void);
__u64 perf_lost(void);

#endif
