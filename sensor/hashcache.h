/* SPDX-License-Identifier: Apache-2.0 */
/* Which file versions were hashed or are about to be, of all containers together. Main thread only. */
#ifndef HOLDFAST_HASHCACHE_H
#define HOLDFAST_HASHCACHE_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

#define HASHCACHE_ENTRIES 16384 /* the one longest unused makes room: its file is hashed and sent again */

bool hashcache_known(const struct hf_file *file); /* also counts as a use */
void hashcache_add(const struct hf_file *file);
void hashcache_remove(const struct hf_file *file);

#endif
