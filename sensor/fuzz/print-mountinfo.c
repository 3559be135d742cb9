// SPDX-License-Identifier: Apache-2.0
/* Prints what the mountinfo parser makes of standard input, for the tests: one line per mount, NUL between its fields.
 */
#include <stdio.h>
#include <string.h>
#include "../mountinfo.h"

static bool each(const struct mount_entry *e, void *nothing)
{
	char upper[256] = "";

	(void)nothing;
	if (!mountinfo_option(e->options, "upperdir", upper, sizeof(upper)))
		strcpy(upper, "-");
	printf("%d%c%d%c%u%c%s%c%s%c%s%c%s%c%s%c", e->id, 0, e->parent, 0, e->dev, 0, e->root, 0, e->point, 0, e->type,
	       0, e->source, 0, upper, 0);
	return true;
}

int main(void)
{
	static char text[1 << 20];
	size_t n = fread(text, 1, sizeof(text) - 1, stdin);

	text[n] = 0;
	mountinfo_each(text, each, NULL);
	return 0;
}
