/* SPDX-License-Identifier: Apache-2.0 */
/* What this kernel can and cannot show, found by trying, and said before anything else. */
#ifndef HOLDFAST_PROBE_H
#define HOLDFAST_PROBE_H

void probe_hello(void);
/* after kernel_open(): kernel_error is its result */
void probe_all(int kernel_error);

#endif
