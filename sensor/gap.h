/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_GAP_H
#define HOLDFAST_GAP_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

struct container;

/* Emits HF_GAP. c NULL: all containers that ran. to 0: still open. count 0: not known. detail NULL: none */
bool gap(struct container *c, enum hf_gap_cause cause, __u64 from, __u64 to, __u64 count, bool repaired,
	 const char *detail);

#endif
