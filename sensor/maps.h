/* SPDX-License-Identifier: Apache-2.0 */
/* Executable mappings out of /proc/PID/maps. Main thread only. */
#ifndef HOLDFAST_MAPS_H
#define HOLDFAST_MAPS_H

#include "types.h"
#include "frames.h"

struct container;

/* Reports those of one process; `flags`: HF_FLAG_* for the frames beside SNAPSHOT. */
void maps_process(struct container *c, const struct hf_process *who, __u16 flags);

/* Reports those that c's living processes have now. */
void maps_container(struct container *c);

#endif
