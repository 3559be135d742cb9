/* SPDX-License-Identifier: Apache-2.0 */
/* The map of known things from user space. Part of kernel.c's side. */
#ifndef HOLDFAST_KEYS_H
#define HOLDFAST_KEYS_H

#include "types.h"

struct known_value;

/* Calls `visit` with each entry; entries may be deleted meanwhile. */
void keys_walk(void (*visit)(__u64 key, const struct known_value *value, void *context), void *context);

/* A frame was refused: what it told of must not count as seen. */
void keys_forget(__u64 container, __u64 key);
void keys_forget_fork(__u64 container, __u64 program);

#endif
