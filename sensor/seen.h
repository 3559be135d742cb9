/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_SEEN_H
#define HOLDFAST_SEEN_H

#include <stdbool.h>
#include "sight.h"

/* Reports what is new about it, and silences what is not. true: s->fd was taken by the hash workers. */
bool seen(struct sight *s, enum hf_open_kind kind);

#endif
