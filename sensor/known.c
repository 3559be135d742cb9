// SPDX-License-Identifier: Apache-2.0
/*
 * Open addressing, doubled at three quarters, nothing removed before the container ends: a file that is forgotten keeps
 * its slot with no kinds. Cost: one probe or a few; 104 bytes a file, 256 slots at first.
 */
#include <stdlib.h>
#include "known.h"

#define KNOWN_FIRST 256

static unsigned slot_of(const struct known_files *k, __u32 dev, __u64 ino)
{
	__u64 h = (ino ^ ((__u64)dev << 40)) * 0x9e3779b97f4a7c15ull;

	return (unsigned)(h >> 32) & (k->capacity - 1);
}

struct known_file *known_find(struct known_files *k, __u32 dev, __u64 ino)
{
	if (!k->capacity || !ino)
		return NULL;
	for (unsigned i = slot_of(k, dev, ino);; i = (i + 1) & (k->capacity - 1)) {
		struct known_file *f = &k->slots[i];

		if (f->ino == ino && f->dev == dev)
			return f;
		if (!f->ino)
			return NULL;
	}
}

static bool grow(struct known_files *k)
{
	struct known_files larger = *k;

	larger.capacity = k->capacity ? k->capacity * 2 : KNOWN_FIRST;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (unsigned i = 0; i < k->capacity; i++) {
		unsigned to;

		if (!k->slots[i].ino)
			continue;
		to = slot_of(&larger, k->slots[i].dev, k->slots[i].ino);
		while (larger.slots[to].ino)
			to = (to + 1) & (larger.capacity - 1);
		larger.slots[to] = k->slots[i];
	}
	free(k->slots);
	*k = larger;
	return true;
}

struct known_file *known_add(struct known_files *k, __u32 dev, __u64 ino, bool important)
{
	bool reserve = k->used - k->reserved >= KNOWN_FILES;
	unsigned i;

	if (!ino || (reserve && (!important || k->reserved >= KNOWN_RESERVE)))
		return NULL;
	if (k->used + 1 > k->capacity / 4 * 3 && !grow(k))
		return NULL;
	i = slot_of(k, dev, ino);
	while (k->slots[i].ino)
		i = (i + 1) & (k->capacity - 1);
	k->slots[i] = (struct known_file){.ino = ino, .dev = dev, .reserve = reserve};
	k->used++;
	k->reserved += reserve;
	return &k->slots[i];
}

void known_renew(struct known_file *file)
{
	*file = (struct known_file){.ino = file->ino, .dev = file->dev, .reserve = file->reserve};
}

void known_free(struct known_files *k)
{
	free(k->slots);
	*k = (struct known_files){0};
}
