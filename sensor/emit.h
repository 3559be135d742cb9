/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: numbering, a bounded queue in front of the pipe, a share of it per container. Main thread only. */
#ifndef HOLDFAST_EMIT_H
#define HOLDFAST_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"
#include "frames.h"

struct text {
	const char *bytes;
	size_t length; /* cut at UINT16_MAX and at what HF_FRAME_MAX leaves; HF_FLAG_TRUNCATED is then set */
};

int emit_open(int fd); /* makes the pipe non-blocking and as large as allowed; 0 or -errno */
int emit_flush(void);  /* writes what the pipe takes; 1 = all gone, 0 = some waits (poll for POLLOUT), -errno = the
			  reader is gone */

/*
 * Numbers and queues one frame: `frame` is a whole fixed struct of `fixed` bytes whose header has time, container and
 * flags set. false: refused, because the queue, or this container's share of it, is full. The refusal is counted; the
 * caller must then forget what it was about to remember as seen (design rule 4).
 */
bool emit(struct hf_header *frame, enum hf_type type, size_t fixed, const struct text *strings, unsigned count);

/* Half the queue or more is free: what can be told later (a container's end, losses) waits for this. */
bool emit_ready(void);

__u64 emit_lost(void); /* refused since start */

#endif
