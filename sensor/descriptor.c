// SPDX-License-Identifier: Apache-2.0
/* kernel_file(): one system call of about 1.3 us, whatever the file. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include "kernel.h"
#include "kernel_state.h"
#include "holdfast.skel.h"

int kernel_file(int fd, struct hf_file *file, __u64 *magic)
{
	__u64 arguments[1] = {(__u64)fd};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = arguments, .ctx_size_in = sizeof(arguments));

	if (!kernel_object)
		return -ENOSYS;
	if (bpf_prog_test_run_opts(bpf_program__fd(kernel_object->progs.descriptor), &run))
		return -errno;
	if (run.retval)
		return -EBADF;
	*file = kernel_object->bss->described;
	*magic = kernel_object->bss->described_magic;
	return 0;
}
