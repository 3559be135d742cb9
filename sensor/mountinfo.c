// SPDX-License-Identifier: Apache-2.0
/* Cost: one pass over the bytes, in place, nothing allocated but the file itself. No I/O besides mountinfo_read(). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mountinfo.h"

#define MOUNTINFO_MAX (16u << 20)

/* A decimal number that ends at `end`; moves *at behind that character. */
static bool number(char **at, char end, unsigned long max, unsigned long *value)
{
	char *p = *at;
	unsigned long v = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (unsigned long)(*p - '0');
		if (v > max)
			return false;
	}
	if (*p != end)
		return false;
	*at = p + 1;
	*value = v;
	return true;
}

/* The next field up to a space or the end, terminated in place; *at is NULL behind the last one. */
static char *field(char **at)
{
	char *start = *at, *space;

	if (!start)
		return NULL;
	space = strchr(start, ' ');
	if (space)
		*space++ = 0;
	*at = space;
	return start;
}

void mountinfo_unescape(char *text)
{
	char *from = text, *to = text;

	while (*from) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
		    from[3] >= '0' && from[3] <= '7') {
			char byte = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));

			/* An escaped NUL would end the string early: no kernel writes one. */
			if (byte) {
				*to++ = byte;
				from += 4;
				continue;
			}
		}
		*to++ = *from++;
	}
	*to = 0;
}

bool mountinfo_parse(char *line, struct mount_entry *entry)
{
	unsigned long id, parent, major, minor;
	char *at = line, *root, *point, *type, *source, *options, *optional;

	if (!number(&at, ' ', INT_MAX, &id) || !number(&at, ' ', INT_MAX, &parent) ||
	    !number(&at, ':', 0xfff, &major) || !number(&at, ' ', 0xfffff, &minor))
		return false;
	root = field(&at);
	point = field(&at);
	if (!root || !point || !field(&at)) /* the mount's own options are not needed */
		return false;
	do /* optional fields, ended by a lone "-" */
		optional = field(&at);
	while (optional && strcmp(optional, "-") != 0);
	type = field(&at);
	source = field(&at);
	options = field(&at);
	if (!type || !source || !options || point[0] != '/')
		return false;
	mountinfo_unescape(root);
	mountinfo_unescape(point);
	mountinfo_unescape(source);
	*entry = (struct mount_entry){
	    .id = (int)id,
	    .parent = (int)parent,
	    .dev = (__u32)(major << 20 | minor),
	    .root = root,
	    .point = point,
	    .type = type,
	    .source = source,
	    .options = options,
	};
	return true;
}

bool mountinfo_option(const char *options, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	while (*options) {
		size_t all = strcspn(options, ",");

		if (all > length && options[length] == '=' && memcmp(options, name, length) == 0) {
			if (all - length - 1 >= size)
				return false;
			memcpy(value, options + length + 1, all - length - 1);
			value[all - length - 1] = 0;
			mountinfo_unescape(value);
			return true;
		}
		options += all;
		if (*options)
			options++;
	}
	return false;
}

char *mountinfo_read(int fd, size_t *size)
{
	size_t room = 32768, used = 0;
	char *text = malloc(room + 1);

	if (!text || lseek(fd, 0, SEEK_SET) < 0)
		goto fail;
	for (;;) {
		ssize_t n = read(fd, text + used, room - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto fail;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == room) {
			char *larger;

			if (room >= MOUNTINFO_MAX) {
				errno = EFBIG;
				goto fail;
			}
			larger = realloc(text, room * 2 + 1);
			if (!larger)
				goto fail;
			text = larger;
			room *= 2;
		}
	}
	text[used] = 0;
	*size = used;
	return text;
fail:
	free(text);
	return NULL;
}

void mountinfo_each(char *text, bool (*each)(const struct mount_entry *entry, void *context), void *context)
{
	while (*text) {
		char *end = strchr(text, '\n');
		struct mount_entry entry;

		if (end)
			*end = 0;
		if (mountinfo_parse(text, &entry) && !each(&entry, context))
			return;
		if (!end)
			return;
		text = end + 1;
	}
}
