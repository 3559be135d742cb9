// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Names the file behind one of the sensor's own descriptors. Attached nowhere: user space runs it with
 * BPF_PROG_TEST_RUN, in its own context, args[0] = descriptor. So a file that fanotify showed has the same identity
 * (real inode under an overlay, generation, ctime, layer) as one that an exec showed: the same code names both.
 * About 1.3 us a call.
 */
#include "file.h"

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct task_struct___files {
	struct files_struct *files;
};
#pragma clang attribute pop

struct hf_file described;
__u64 described_magic; /* of the filesystem it was opened on */

SEC("raw_tp")
int descriptor(struct bpf_raw_tracepoint_args *context)
{
	struct task_struct___files *task = (void *)bpf_get_current_task();
	__u64 fd = context->args[0];
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return 1;
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	if (!file)
		return 1;
	read_file(file, false, &described);
	described_magic = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
	return 0;
}
