/* SPDX-License-Identifier: Apache-2.0 */
/* One sensor per host: two would double all that watching costs, and each would see the other read what it hashes. */
#ifndef HOLDFAST_ALONE_H
#define HOLDFAST_ALONE_H

/*
 * After kernel_open(): 1 when no sensor was on this host before this one, in whatever namespaces, else 0. Waits some
 * seconds for one to end; -EINTR when `signals` (a signalfd) became readable meanwhile. Where HOLDFAST_BESIDE_OTHERS is
 * set, as tests do that run at once, it is not asked.
 */
int alone(int signals);

#endif
