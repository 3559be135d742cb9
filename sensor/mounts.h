/* SPDX-License-Identifier: Apache-2.0 */
/* Root overlays as they appear in the host's mounts. Main thread only. */
#ifndef HOLDFAST_MOUNTS_H
#define HOLDFAST_MOUNTS_H

int mounts_open(void); /* 0 or -errno */
void mounts_close(void);
int mounts_fd(void);	  /* /proc/self/mountinfo: wait for POLLPRI */
void mounts_scan(void);	  /* rereads mountinfo: marks new roots, forgets gone ones */
void mounts_minute(void); /* what was missed, and mounts that containers made since */

#endif
