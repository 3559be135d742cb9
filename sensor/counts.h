/* SPDX-License-Identifier: Apache-2.0 */
/* What is read and not pushed: counts of known things, counters of containers, losses. */
#ifndef HOLDFAST_COUNTS_H
#define HOLDFAST_COUNTS_H

struct container;

void counts_of(struct container *c); /* all that moved of this one: HF_COUNT, HF_GAP, HF_STATS */
void counts_all(void);
void counts_gaps(void); /* HF_GAP for what was lost since the last call */

#endif
