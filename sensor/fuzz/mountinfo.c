// SPDX-License-Identifier: Apache-2.0
/*
 * libFuzzer target for the mountinfo parser. Checks what the callers rely on: strings stay inside the buffer and
 * terminated, numbers inside their bounds, options cut at their size.
 */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "../mountinfo.h"

struct bounds {
	const char *start;
	const char *end;
};

static void inside(const struct bounds *b, const char *text)
{
	assert(text >= b->start && text <= b->end);
	assert(text + strlen(text) <= b->end);
}

static bool each(const struct mount_entry *e, void *context)
{
	const struct bounds *b = context;
	char value[64];

	assert(e->id >= 0 && e->parent >= 0 && e->point[0] == '/');
	inside(b, e->root);
	inside(b, e->point);
	inside(b, e->type);
	inside(b, e->source);
	inside(b, e->options);
	if (mountinfo_option(e->options, "upperdir", value, sizeof(value)))
		assert(strlen(value) < sizeof(value));
	return true;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = malloc(size + 1);
	struct bounds b = {text, text + size};

	assert(text);
	memcpy(text, data, size);
	text[size] = 0;
	mountinfo_each(text, each, &b);
	free(text);
	return 0;
}
