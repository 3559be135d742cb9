/* SPDX-License-Identifier: Apache-2.0 */
/* What containers open, execute and write, out of their fanotify queues. Main thread only. */
#ifndef HOLDFAST_FILES_H
#define HOLDFAST_FILES_H

#include "types.h"

struct container;
struct known_file;

int files_read(int budget); /* takes turns among groups, a bounded number of events each */
void files_minute(void);    /* files beyond the bound, once more */
void files_refresh(void);   /* looks again at data that may have got the name of code */

/* What was last reported of the file that the container sees under these numbers; NULL: nothing. */
const struct known_file *files_known(struct container *c, __u32 dev, __u64 ino);

/* Reads what waits in c's queue, but no more than a few hundred events: a flood must not hold up the loop. */
void files_catch_up(struct container *c);

/* Reads c's own queue to its end. */
void files_settle(struct container *c);

void files_forget(struct container *c); /* its group and what is known of its files */

__u64 files_events(void);
__u64 files_overflows(void);

#endif
