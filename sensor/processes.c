// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kernel_state.h"
#include "keys.h"
#include "processes.h"
#include "bpf/records.h"
#include "holdfast.skel.h"

int process_seed(__u32 pid, __u64 cgid, const struct hf_process *process, const struct hf_file *file)
{
	struct process_value value = {
	    .start = process->start,
	    .program = process->program,
	    .container = cgid,
	    .uid = process->uid,
	};

	if (!kernel_object)
		return -ENODEV;
	value.file = file ? keys_file(file) : 0;
	/* what BPF saw meanwhile is newer */
	if (bpf_map_update_elem(bpf_map__fd(kernel_object->maps.processes), &pid, &value, BPF_NOEXIST) &&
	    errno != EEXIST)
		return -errno;
	return 0;
}

/* Whether a living process has this pid and is not the one that started then: pids are reused, and hosts fork more than
 * containers. */
static bool taken_over(__u32 pid, __u64 start)
{
	char path[32], line[1024], *at;
	unsigned long long ticks;
	__u64 then = start / (1000000000ull / (__u64)sysconf(_SC_CLK_TCK));
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[n > 0 ? n : 0] = 0;
	/* the name, in brackets, may hold anything; field 22 is the 20th behind it */
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1)
		return false;
	return ticks > then + 1 || ticks + 1 < then;
}

bool process_find(__u32 pid, __u64 when, struct hf_process *process, __u64 *cgid, __u32 *flags)
{
	struct process_value value;

	if (!kernel_object)
		return false;
	if (bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.processes), &pid, &value) ||
	    (when && when < value.start)) {
		if (bpf_map_lookup_elem(bpf_map__fd(kernel_object->maps.dead), &pid, &value))
			return false;
		/* who had its pid afterwards may be dead too: then only the time tells them apart */
		if (when ? when < value.start || when > value.ended : taken_over(pid, value.start))
			return false;
	}
	*process = (struct hf_process){.start = value.start, .program = value.program, .pid = pid, .uid = value.uid};
	if (cgid)
		*cgid = value.container;
	if (flags)
		*flags = value.flags;
	return true;
}
