/* SPDX-License-Identifier: Apache-2.0 */
/* fanotify groups and what is marked in them: one group per container, or one shared by the rest. Main thread only. */
#ifndef HOLDFAST_MARKS_H
#define HOLDFAST_MARKS_H

#include <stdbool.h>
#include "types.h"

struct container;

int marks_open(void); /* 0 or -errno */
void marks_close(void);
int marks_epoll(void); /* an epoll descriptor over all groups; its data.ptr: the container, NULL for the shared group */
int marks_shared(void); /* the shared group's descriptor */

/* A group (own, or shared past the host's limit) and a mark on c's whole overlay; 0 or -errno */
int marks_watch(struct container *c);

/* Marks one mount (O_PATH descriptor of its mount point) in the container's group; 0 or -errno */
int marks_mount(struct container *c, int fd);

/* Makes the kernel silent about an open file's inode, in c's group; `dev`: as c sees it. `survive`: also once the file
 * is modified. false: it goes on telling. */
bool marks_silence(struct container *c, int fd, __u32 dev, __u64 mask, bool survive);
void marks_unsilence(struct container *c, int fd);

/* Ends all silence in c's group (of all who share it): each file's next open is an event again. */
void marks_break_silence(struct container *c);

/* Closes c's own group. */
void marks_forget(struct container *c);

#endif
