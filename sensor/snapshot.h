/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_SNAPSHOT_H
#define HOLDFAST_SNAPSHOT_H

struct container;

/* Reports the executable mappings that c's living processes have now. */
void snapshot_mappings(struct container *c);

#endif
