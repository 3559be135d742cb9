// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include "gap.h"
#include "clock.h"
#include "containers.h"
#include "emit.h"

bool gap(struct container *c, enum hf_gap_cause cause, __u64 from, __u64 to, __u64 count, bool repaired,
	 const char *detail)
{
	struct hf_gap frame = {
	    .h = {.time = clock_boot(), .container = c ? c->cgid : 0},
	    .from = from,
	    .to = to,
	    .count = count,
	    .cause = cause,
	    .repaired = repaired,
	};
	struct text text = {detail ? detail : "", detail ? strlen(detail) : 0};

	return emit(&frame.h, HF_GAP, sizeof(frame), &text, 1);
}
