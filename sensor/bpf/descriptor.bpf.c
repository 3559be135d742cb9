// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Names the file behind one of the sensor's own descriptors. Attached nowhere: user space runs it with
 * BPF_PROG_TEST_RUN, in its own context, args[0] = descriptor. So a file that fanotify showed has the same identity
 * (real inode under an overlay, generation, ctime, layer) as one that an exec showed: the same code names both.
 * About 1.3 us a call.
 *
 * `started`, run the same way on a descriptor of /proc/PID, tells when that process started in nanoseconds, as all
 * other frames name it: /proc/PID/stat has only hundredths of a second.
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
struct hlist_node {
	struct hlist_node *next;
};
struct hlist_head {
	struct hlist_node *first;
};
struct pid {
	struct hlist_head tasks[4];
};
struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
};
struct task_struct___files {
	struct files_struct *files;
	struct hlist_node pid_links[4]; /* of two pointers each */
};
#pragma clang attribute pop

struct hf_file described;
__u64 described_magic; /* of the filesystem it was opened on */
/* Its mount hangs in no tree (any more), or is a tree's root: the kernel names it by its path inside the mount. */
bool described_alone;

#define PROC_MAGIC 0x9fa0
#define PIDTYPE_TGID 1

__u64 started_at; /* boot ns */

static __always_inline struct file *file_of(struct bpf_raw_tracepoint_args *context)
{
	struct task_struct___files *task = (void *)bpf_get_current_task();
	__u64 fd = context->args[0];
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}

static __always_inline bool mount_alone(struct file *file)
{
	struct mount *mount = (void *)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);

	return BPF_CORE_READ(mount, mnt_parent) == mount;
}

SEC("raw_tp")
int descriptor(struct bpf_raw_tracepoint_args *context)
{
	struct file *file = file_of(context);

	if (!file)
		return 1;
	read_file(file, false, &described);
	described_magic = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
	described_alone = mount_alone(file);
	return 0;
}

/* Does nothing: its name says that a sensor has this host (alone.c). */
SEC("raw_tp")
int holdfast_sensor(void *context)
{
	return 0;
}

SEC("raw_tp")
int started(struct bpf_raw_tracepoint_args *context)
{
	struct file *file = file_of(context);
	struct inode *inode;
	struct proc_inode *proc;
	struct hlist_node *node;

	if (!file)
		return 1;
	inode = BPF_CORE_READ(file, f_inode);
	if (BPF_CORE_READ(inode, i_sb, s_magic) != PROC_MAGIC)
		return 1;
	proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	node = BPF_CORE_READ(proc, pid, tasks[PIDTYPE_TGID].first);
	if (!node)
		return 1;
	started_at = start_of((void *)node - bpf_core_field_offset(struct task_struct___files, pid_links) -
			      PIDTYPE_TGID * 2 * sizeof(void *));
	return 0;
}
