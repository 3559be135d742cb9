// SPDX-License-Identifier: Apache-2.0
/* Loads the BPF object, attaches what the kernel takes, and keeps its maps for the rest of the sensor. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "types.h"
#include "frames.h"
#include "kernel.h"
#include "kernel_state.h"
#include "holdfast.skel.h"

struct holdfast *kernel_object;

struct kernel_hook kernel_hooks[] = {
    {"on_exec", "exec", 0},
    {"on_fork", "fork-exit", 0},
    {"on_exit", "fork-exit", 0},
    {"on_cgroup_made", "cgroup-tracking", 0},
    {"on_cgroup_gone", "cgroup-tracking", 0},
    {"on_connect4", "network-connect", 0},
    {"on_connect6", "network-connect", 0},
    {"on_bind4", "network-bind", 0},
    {"on_bind6", "network-bind", 0},
    {"on_sendmsg4", "network-send", 0},
    {"on_sendmsg6", "network-send", 0},
};
const unsigned kernel_hooks_count = sizeof(kernel_hooks) / sizeof(*kernel_hooks);

static char cgroup2[4096];
static int cgroup2_fd = -1;
static struct bpf_link *links[sizeof(kernel_hooks) / sizeof(*kernel_hooks)];

static int find_cgroup2(const char *given)
{
	FILE *mounts;
	struct mntent *m;

	if (given) {
		snprintf(cgroup2, sizeof(cgroup2), "%s", given);
	} else {
		mounts = setmntent("/proc/self/mounts", "re");
		if (!mounts)
			return -errno;
		while (!cgroup2[0] && (m = getmntent(mounts)))
			if (!strcmp(m->mnt_type, "cgroup2"))
				snprintf(cgroup2, sizeof(cgroup2), "%s", m->mnt_dir);
		endmntent(mounts);
		if (!cgroup2[0])
			return -ENOENT;
	}
	cgroup2_fd = open(cgroup2, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cgroup2_fd < 0 ? -errno : 0;
}

static void settings(void)
{
	struct stat st;
	int memfd = memfd_create("holdfast", MFD_CLOEXEC);
	__u64 secrets[2];

	if (getrandom(secrets, sizeof(secrets), 0) == sizeof(secrets)) {
		kernel_object->rodata->secret0 = secrets[0];
		kernel_object->rodata->secret1 = secrets[1];
	}
	if (!stat("/proc/self/ns/mnt", &st))
		kernel_object->rodata->host_mntns = (__u32)st.st_ino;
	if (memfd >= 0) {
		if (!fstat(memfd, &st))
			kernel_object->rodata->memfd_dev = major(st.st_dev) << 20 | minor(st.st_dev);
		close(memfd);
	}
}

/*
 * Where overlay is a module, its types are known only once it is loaded, and a sensor that starts at boot comes before
 * the runtime that loads it. Asking for the file system makes the kernel load it, and mounts nothing.
 */
static void need_overlay(void)
{
	long fd = syscall(SYS_fsopen, "overlay", 1 /* FSOPEN_CLOEXEC */);

	if (fd >= 0)
		close((int)fd);
}

static struct bpf_program *program(unsigned i)
{
	return bpf_object__find_program_by_name(kernel_object->obj, kernel_hooks[i].program);
}

/* only: the one program to load, or -1 for all that were not refused */
static int load(int only)
{
	int error;

	kernel_object = holdfast__open();
	if (!kernel_object)
		return -errno;
	settings();
	for (unsigned i = 0; i < kernel_hooks_count; i++)
		bpf_program__set_autoload(program(i), only < 0 ? !kernel_hooks[i].error : i == (unsigned)only);
	error = holdfast__load(kernel_object);
	if (error) {
		holdfast__destroy(kernel_object);
		kernel_object = NULL;
	}
	return error;
}

/* One refused program fails the whole object: then each is tried alone, to leave out those that this kernel lacks. */
static int load_what_goes(void)
{
	int error = load(-1);

	if (!error)
		return 0;
	for (unsigned i = 0; i < kernel_hooks_count; i++) {
		kernel_hooks[i].error = -load((int)i);
		holdfast__destroy(kernel_object);
		kernel_object = NULL;
	}
	return load(-1);
}

static int attach(unsigned i)
{
	if (bpf_program__type(program(i)) == BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
		links[i] = bpf_program__attach_cgroup(program(i), cgroup2_fd);
	else
		links[i] = bpf_program__attach(program(i));
	return links[i] ? 0 : errno;
}

bool kernel_overlay_readable(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	return kernel_object && !bpf_prog_test_run_opts(bpf_program__fd(kernel_object->progs.overlay_readable), &run) &&
	       run.retval;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

int kernel_open(const struct kernel_options *given)
{
	unsigned attached = 0;
	int error;

	if (!getenv("HOLDFAST_DEBUG_BPF"))
		libbpf_set_print(quiet);
	error = find_cgroup2(given->cgroup2);
	if (error)
		return error;
	need_overlay();
	error = load_what_goes();
	if (error)
		return error;
	for (unsigned i = 0; i < kernel_hooks_count; i++) {
		if (!kernel_hooks[i].error)
			kernel_hooks[i].error = attach(i);
		attached += !kernel_hooks[i].error;
	}
	return attached ? 0 : -kernel_hooks[0].error;
}

void kernel_close(void)
{
	for (unsigned i = 0; i < kernel_hooks_count; i++)
		bpf_link__destroy(links[i]);
	holdfast__destroy(kernel_object);
	kernel_object = NULL;
	if (cgroup2_fd >= 0)
		close(cgroup2_fd);
}

int kernel_cgroup2_fd(void)
{
	return cgroup2_fd;
}

const char *kernel_cgroup2(void)
{
	return cgroup2;
}
