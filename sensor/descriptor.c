// SPDX-License-Identifier: Apache-2.0
/* Cost: one system call of about 1.3 us each, whatever the file. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include "descriptor.h"
#include "kernel_state.h"
#include "holdfast.skel.h"

static int run(const struct bpf_program *program, int fd)
{
	__u64 arguments[1] = {(__u64)fd};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &run))
		return -errno;
	return run.retval ? -EBADF : 0;
}

int descriptor_file(int fd, struct hf_file *file, __u64 *magic)
{
	int error = kernel_object ? run(kernel_object->progs.descriptor, fd) : -ENOSYS;

	if (error)
		return error;
	*file = kernel_object->bss->described;
	*magic = kernel_object->bss->described_magic;
	return 0;
}

int descriptor_alone(int fd)
{
	int error = kernel_object ? run(kernel_object->progs.descriptor, fd) : -ENOSYS;

	return error ? error : kernel_object->bss->described_alone;
}

int descriptor_started(int fd, __u64 *start)
{
	int error = kernel_object ? run(kernel_object->progs.started, fd) : -ENOSYS;

	if (error)
		return error;
	*start = kernel_object->bss->started_at;
	return 0;
}
