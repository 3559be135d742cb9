/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The few kernel types that the BPF programs read, with only the fields they
 * read. Their offsets are relocated by libbpf at load time (CO-RE), so neither
 * order nor size matters here: what counts is that the names are the kernel's.
 * Fields that were renamed have "flavours" (struct name___suffix), tried in turn.
 */
#ifndef HOLDFAST_VMLINUX_H
#define HOLDFAST_VMLINUX_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef int pid_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};
enum {
	BPF_F_NO_PREALLOC = 1,
};
enum {
	BPF_RB_AVAIL_DATA = 0,
};
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

/* The context of the cgroup/connect, bind and sendmsg hooks: user-space ABI, rewritten by the verifier, never relocated
 */
struct bpf_sock_addr {
	__u32 user_family;
	__u32 user_ip4;
	__u32 user_ip6[4];
	__u32 user_port;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 msg_src_ip4;
	__u32 msg_src_ip6[4];
	__u64 sk;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

/* one u64 since 6.3, two u32 before: eight bytes in the same order on little endian, read whole */
typedef struct {
	u64 val;
} kernel_cap_t;

struct qstr {
	u32 len;
	const unsigned char *name;
};

struct super_block {
	u32 s_dev;
	unsigned long s_magic;
};

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct inode {
	u16 i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	u32 i_generation;
	s64 i_ctime_sec; /* 6.11 and up */
	u32 i_ctime_nsec;
};
struct inode___timespec { /* 6.6 to 6.10 */
	struct timespec64 __i_ctime;
};
struct inode___plain { /* before */
	struct timespec64 i_ctime;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};
struct mount {
	struct mount *mnt_parent;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
	struct path f_path;
};

struct ovl_path {
	struct dentry *dentry;
};
struct ovl_entry {
	unsigned int __numlower;
	struct ovl_path __lowerstack[0];
};
struct ovl_inode { /* 6.5 and up */
	struct inode vfs_inode;
	struct dentry *__upperdentry;
	struct ovl_entry *oe;
};
struct ovl_inode___path { /* 5.19 to 6.4 */
	struct ovl_path lowerpath;
};
struct ovl_inode___inode { /* before */
	struct inode *lower;
};

struct kernfs_node {
	struct kernfs_node *__parent; /* 6.15 and up */
	u64 id;
};
struct kernfs_node___plain {
	struct kernfs_node *parent;
};

struct cgroup_root {
	int hierarchy_id;
};
struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};
struct css_set {
	struct cgroup *dfl_cgrp;
};

struct ns_common {
	unsigned int inum;
};
struct mnt_namespace {
	struct ns_common ns;
};
struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct cred {
	kuid_t euid;
	kgid_t egid;
	kernel_cap_t cap_effective;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	unsigned int flags;
};

struct task_struct {
	struct mm_struct *mm;
	int exit_code;
	pid_t pid;
	pid_t tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	u64 start_boottime; /* 5.5 and up */
	const struct cred *cred;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
};
struct task_struct___before55 {
	u64 real_start_time;
};

struct linux_binprm {
	struct file *file;
	int argc;
	const char *filename;
	const char *interp;
};

#pragma clang attribute pop

#endif
