/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of containers as BPF knows them. Main thread only. */
#ifndef HOLDFAST_PROCESSES_H
#define HOLDFAST_PROCESSES_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

/*
 * What the process is that did something at `when` (boot ns; 0: not known, about now), also shortly after its death.
 * false: not a container's process as far as is known.
 */
bool process_find(__u32 pid, __u64 when, struct hf_process *process, __u64 *cgid, __u32 *flags);

/* Enters a process that ran before the sensor, so that its events and children have a program (process->program: an
 * exec's key). 0 or -errno */
int process_seed(__u32 pid, __u64 cgid, const struct hf_process *process, const struct hf_file *file);

#endif
