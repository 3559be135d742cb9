/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Which bytes a struct file stands for: the real inode under an overlay, its version, its place, its path. */
#ifndef HOLDFAST_FILE_H
#define HOLDFAST_FILE_H

#include "maps.h"

#define OVERLAY_MAGIC 0x794c7630
#define TMPFS_MAGIC 0x01021994
#define RAMFS_MAGIC 0x858458f6
/* Since 6.13 the top bit of i_ctime_nsec says that someone read it; it is no part of the time. */
#define CTIME_NSEC_MASK 0x7fffffffu

static __always_inline struct inode *overlay_real(struct inode *inode, __u8 *place)
{
	struct ovl_inode *overlay = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	struct dentry *upper = BPF_CORE_READ(overlay, __upperdentry);

	/* Upper first: after a copy-up the lower file is still there, and no longer what is read. */
	if (upper) {
		*place = HF_PLACE_UPPER;
		return BPF_CORE_READ(upper, d_inode);
	}
	*place = HF_PLACE_LOWER;
	if (bpf_core_field_exists(overlay->oe)) {
		struct ovl_entry *entry = BPF_CORE_READ(overlay, oe);

		if (!entry || !BPF_CORE_READ(entry, __numlower))
			return NULL;
		return BPF_CORE_READ(entry, __lowerstack[0].dentry, d_inode);
	}
	if (bpf_core_field_exists(((struct ovl_inode___path *)overlay)->lowerpath))
		return BPF_CORE_READ((struct ovl_inode___path *)overlay, lowerpath.dentry, d_inode);
	if (bpf_core_field_exists(((struct ovl_inode___inode *)overlay)->lower))
		return BPF_CORE_READ((struct ovl_inode___inode *)overlay, lower);
	return NULL;
}

static __always_inline void read_ctime(struct inode *inode, struct hf_file *file)
{
	__u64 seconds, nanoseconds;

	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		seconds = BPF_CORE_READ(inode, i_ctime_sec);
		nanoseconds = BPF_CORE_READ(inode, i_ctime_nsec);
	} else if (bpf_core_field_exists(((struct inode___timespec *)inode)->__i_ctime)) {
		seconds = BPF_CORE_READ((struct inode___timespec *)inode, __i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ((struct inode___timespec *)inode, __i_ctime.tv_nsec);
	} else if (bpf_core_field_exists(((struct inode___plain *)inode)->i_ctime)) {
		seconds = BPF_CORE_READ((struct inode___plain *)inode, i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ((struct inode___plain *)inode, i_ctime.tv_nsec);
	} else {
		file->flags |= HF_FILE_NO_CTIME;
		return;
	}
	file->ctime = seconds * 1000000000ull + (nanoseconds & CTIME_NSEC_MASK);
}

static __always_inline bool is_memfd(struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	char start[8] = {};

	bpf_probe_read_kernel(start, 6, name);
	return start[0] == 'm' && start[1] == 'e' && start[2] == 'm' && start[3] == 'f' && start[4] == 'd' &&
	       start[5] == ':';
}

static __always_inline void read_file(struct file *opened, bool in_host, struct hf_file *file)
{
	struct inode *inode = BPF_CORE_READ(opened, f_inode);
	struct inode *visible = inode;
	unsigned long magic = BPF_CORE_READ(inode, i_sb, s_magic);

	__builtin_memset(file, 0, sizeof(*file));
	file->place = in_host ? HF_PLACE_HOST : HF_PLACE_VOLUME;
	if (magic == OVERLAY_MAGIC) {
		inode = overlay_real(inode, &file->place);
		/* The layers may lie on an overlay themselves (a runtime in a container): one more step down. */
		if (inode && BPF_CORE_READ(inode, i_sb, s_magic) == OVERLAY_MAGIC) {
			__u8 inner;

			inode = overlay_real(inode, &inner);
		}
		if (!inode) {
			inode = visible;
			file->place = HF_PLACE_UNKNOWN;
		}
	} else if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC) {
		file->place = HF_PLACE_TMPFS;
	}
	file->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	file->ino = BPF_CORE_READ(inode, i_ino);
	file->gen = BPF_CORE_READ(inode, i_generation);
	file->mode = BPF_CORE_READ(inode, i_mode);
	read_ctime(inode, file);
	if (!BPF_CORE_READ(visible, i_nlink)) {
		file->flags |= HF_FILE_UNLINKED;
		/* A name can be forged by a file of the container's own tmpfs, the kernel's own mount can't. */
		if (file->dev == memfd_dev && is_memfd(BPF_CORE_READ(opened, f_path.dentry)))
			file->place = HF_PLACE_MEMFD;
	}
}

/*
 * Writes the path inside the file's filesystem so that it ends at buffer[PATH_MAX_BYTES]; returns where it starts.
 * The buffer has room for one more component behind that, which is what the masks can't exclude.
 */
static __always_inline __u32 read_path(struct dentry *dentry, char *buffer, bool *cut)
{
	__u32 at = PATH_MAX_BYTES;

	*cut = true;
	for (int i = 0; i < PATH_MAX_DEPTH; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
		__u32 length = BPF_CORE_READ(dentry, d_name.len);

		/* a root; a memfd's is its whole path and has a name */
		if (dentry == parent && (i || length < 2)) {
			*cut = false;
			break;
		}
		length &= 255;
		if (at < length + 1)
			break;
		at -= length;
		barrier_value(at);
		bpf_probe_read_kernel(&buffer[at & (PATH_MAX_BYTES - 1)], length, name);
		if (dentry == parent) {
			*cut = false;
			break;
		}
		at--;
		buffer[at & (PATH_MAX_BYTES - 1)] = '/';
		dentry = parent;
	}
	return at & (2 * PATH_MAX_BYTES - 1);
}

#endif
