/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_MOUNTS_H
#define HOLDFAST_MOUNTS_H

void mounts_guard_renew(void); /* marks runtime binaries that were replaced */
unsigned mounts_guarded(void); /* how many are marked */
void mounts_minute(void);      /* what was missed, and mounts that containers made since */

#endif
