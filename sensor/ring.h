/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the BPF ring and hands each record to whom it concerns. Part of kernel.c's side. */
#ifndef HOLDFAST_RING_H
#define HOLDFAST_RING_H

int ring_open(void);
void ring_close(void);

#endif
