/* SPDX-License-Identifier: Apache-2.0 */
/* One file event being looked at: which file, under which name, by whom. Main thread only. */
#ifndef HOLDFAST_SIGHT_H
#define HOLDFAST_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include "types.h"
#include "frames.h"

struct container;

struct sight {
	struct container *c;
	int fd;
	__u32 dev; /* as the container sees it */
	struct stat st;
	struct hf_file file; /* by sight_file() */
	struct hf_process who;
	bool outside;	  /* done by a process that is not the container's */
	bool host_mounts; /* in the host's mount namespace */
	bool identity;	  /* its content matters: executed, named like code, or starting like it */
	const char *path; /* by sight_path() */
	size_t length;
	char link[4096];
};

void sight_who(struct sight *s, __u32 pid);
bool sight_file(struct sight *s); /* the file as it is now; false: it can't be told */
void sight_path(struct sight *s);

bool sight_named_like_code(const struct sight *s);
bool sight_starts_like_code(const struct sight *s);

#endif
