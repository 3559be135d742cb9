/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the BPF ring and hands each record to whom it concerns. Main thread only. */
#ifndef HOLDFAST_RING_H
#define HOLDFAST_RING_H

#include "types.h"

int ring_open(void); /* after kernel_open(); 0 or -errno */
void ring_close(void);
int ring_fd(void);	   /* for epoll */
int ring_read(int budget); /* handles at most `budget` records; returns how many; -errno */
__u64 ring_records(void);
__u64 ring_lost(void); /* records that found no room */

#endif
