/* SPDX-License-Identifier: Apache-2.0 */
/* One sensor per host: two would double all that watching costs, and each would see the other read what it hashes. */
#ifndef HOLDFAST_ALONE_H
#define HOLDFAST_ALONE_H

#include <stdbool.h>

/*
 * After kernel_open(): whether no sensor was on this host before this one, in whatever namespaces. Waits some seconds
 * for one to end. Where HOLDFAST_BESIDE_OTHERS is set, as tests do that run at once, it is not asked.
 */
bool alone(void);

#endif
