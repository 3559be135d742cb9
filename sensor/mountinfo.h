/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/PID/mountinfo, line by line (proc(5)). Its paths are chosen by containers: nothing in it is trusted to be
 * well-formed. */
#ifndef HOLDFAST_MOUNTINFO_H
#define HOLDFAST_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"

struct mount_entry {
	int id;
	int parent;
	__u32 dev; /* kernel encoding */
	const char *root;
	const char *point;
	const char *type;
	const char *source;
	const char *options; /* of the superblock, still escaped: mountinfo_option() takes one out */
};

/* Parses one line (no newline) in place; the entry's strings point into it. false: not a mountinfo line. */
bool mountinfo_parse(char *line, struct mount_entry *entry);

/* The value of NAME=VALUE among comma-separated options, unescaped. false: absent, or longer than `size` - 1. */
bool mountinfo_option(const char *options, const char *name, char *value, size_t size);

/* Turns \ooo into the byte it stands for, in place; anything else after a backslash stays. */
void mountinfo_unescape(char *text);

/* Reads the whole file at `fd` from its start, at most 16 MiB; ends with a NUL. The caller frees. NULL: errno says why.
 */
char *mountinfo_read(int fd, size_t *size);

/* Calls `each` for every line that parses, until it returns false. `text` is changed. */
void mountinfo_each(char *text, bool (*each)(const struct mount_entry *entry, void *context), void *context);

#endif
