/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF side as user space sees it: load and attach. Main thread only. */
#ifndef HOLDFAST_KERNEL_H
#define HOLDFAST_KERNEL_H

struct kernel_options {
	const char *cgroup2; /* mount point; NULL = find it */
};

/* Loads and attaches. Each hook that the kernel refuses is declared as a capability and left out; only no BPF at all is
 * an error. 0 or -errno */
int kernel_open(const struct kernel_options *options);
void kernel_close(void);

const char *kernel_cgroup2(void); /* mount point */

#endif
