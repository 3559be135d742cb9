// SPDX-License-Identifier: Apache-2.0
/*
 * Files and sockets are seen per namespace, loaded BPF programs by all of the host, and they go when their process
 * does: a sensor is known by the program `holdfast_sensor`, and the one that was loaded first has the host. Each loads
 * before it looks, so of two that start at once only one stays.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "types.h"
#include "frames.h"
#include "alone.h"
#include "kernel_state.h"
#include "holdfast.skel.h"

#define PATIENCE_MILLIS 5000 /* an agent is restarted: its former sensor has yet to end; a probe takes a blink */
#define LOOK_MILLIS 50

static bool read_info(int fd, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return !bpf_obj_get_info_by_fd(fd, info, &size);
}

static bool another(const struct bpf_prog_info *own)
{
	struct bpf_prog_info info;
	__u32 id = 0;

	while (!bpf_prog_get_next_id(id, &id) && id < own->id) {
		int fd = bpf_prog_get_fd_by_id(id);
		bool is;

		if (fd < 0)
			continue; /* it has just gone */
		is = read_info(fd, &info) && info.type == own->type && strcmp(info.name, own->name) == 0;
		close(fd);
		if (is)
			return true;
	}
	return false;
}

int alone(int signals)
{
	struct pollfd asked = {.fd = signals, .events = POLLIN};
	struct bpf_prog_info own;

	if (getenv("HOLDFAST_BESIDE_OTHERS") || !kernel_object ||
	    !read_info(bpf_program__fd(kernel_object->progs.holdfast_sensor), &own))
		return 1;
	for (unsigned waited = 0; another(&own); waited += LOOK_MILLIS) {
		if (waited >= PATIENCE_MILLIS)
			return 0;
		if (poll(&asked, 1, LOOK_MILLIS) > 0)
			return -EINTR;
	}
	return 1;
}
