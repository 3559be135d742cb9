/* SPDX-License-Identifier: Apache-2.0 */
/* How a container ends. Main thread only. */
#ifndef HOLDFAST_LIFETIME_H
#define HOLDFAST_LIFETIME_H

struct container;

/* Reports what the kernel's queues still hold of it. Call it before its last counts and stats are sent. */
void container_settle(struct container *c);

/* Its cgroup is gone: last counts and stats were sent; marks and memory are released. */
void container_remove(struct container *c);

#endif
