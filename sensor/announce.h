/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_ANNOUNCE_H
#define HOLDFAST_ANNOUNCE_H

#include "containers.h"

void container_announce(struct container *c, enum hf_container_state state); /* emits HF_CONTAINER */

#endif
