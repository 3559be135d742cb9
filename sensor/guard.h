/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting at the runtime's binary. Main thread only. */
#ifndef HOLDFAST_GUARD_H
#define HOLDFAST_GUARD_H

int guard_open(const char *const *paths, unsigned count); /* of runtime binaries; 0 or -errno */
void guard_close(void);					  /* whoever waits goes on */
int guard_fd(void);	/* -1: no guard; serve it before anything else: a runtime waits */
int guard_read(void);	/* how many were answered, or -errno */
void guard_renew(void); /* marks binaries that were replaced */

#endif
