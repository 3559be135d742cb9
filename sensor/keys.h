/* SPDX-License-Identifier: Apache-2.0 */
/* The map of known things from user space. Part of kernel.c's side. */
#ifndef HOLDFAST_KEYS_H
#define HOLDFAST_KEYS_H

#include <stddef.h>
#include "types.h"
#include "frames.h"

struct known_value;

/* Calls `visit` with each entry; entries may be deleted meanwhile. */
void keys_walk(void (*visit)(__u64 key, const struct known_value *value, void *context), void *context);

/* A frame was refused: what it told of must not count as seen. */
void keys_forget(__u64 container, __u64 key);
void keys_forget_fork(__u64 container, __u64 program);
void keys_forget_container(__u64 cgid); /* all of them, and its cgroups */

/* The key of a file's version, as it enters those of executions. */
__u64 keys_file(const struct hf_file *file);

/*
 * A key for an execution that was not seen: secret of this run of the sensor; argv NUL-separated, whole. parent NULL:
 * outside the container. It names a program and is never known: a process writes its own argv and drops its own user,
 * so the next execution that looks like it is told all the same.
 */
__u64 keys_exec(__u64 cgid, const struct hf_file *file, const struct hf_file *parent, __u32 uid, __u64 capabilities,
		const char *argv, size_t length);

#endif
