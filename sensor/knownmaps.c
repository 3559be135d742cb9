// SPDX-License-Identifier: Apache-2.0
/* Open addressing, doubled at three quarters; nothing is removed before the container ends. 40 bytes a mapping. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include "knownmaps.h"
#include "bpf/keyed.h"

static __u64 secrets[2];

int knownmaps_open(void)
{
	return getrandom(secrets, sizeof(secrets), 0) == sizeof(secrets) ? 0 : -EIO;
}

static struct known_mapping *slot(struct known_maps *k, __u64 key)
{
	unsigned i = (unsigned)key & (k->capacity - 1);

	while (k->slots[i].key && k->slots[i].key != key)
		i = (i + 1) & (k->capacity - 1);
	return &k->slots[i];
}

static bool grow(struct known_maps *k)
{
	struct known_maps larger = *k;

	larger.capacity = k->capacity ? k->capacity * 2 : 64;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (unsigned i = 0; i < k->capacity; i++)
		if (k->slots[i].key)
			*slot(&larger, k->slots[i].key) = k->slots[i];
	free(k->slots);
	*k = larger;
	return true;
}

__u64 knownmaps_key(__u64 cgid, const struct hf_file *file, const struct hf_process *who)
{
	struct sip s;

	sip_start(&s, secrets[0], secrets[1]);
	sip_word(&s, cgid);
	if (file->ino) {
		sip_word(&s, file->dev << 32 | file->gen);
		sip_word(&s, file->ino);
		sip_word(&s, file->ctime);
	} else {
		sip_word(&s, who->program); /* memory of its own making: once per program */
	}
	return sip_end(&s);
}

struct known_mapping *knownmaps_find(struct known_maps *k, __u64 key)
{
	struct known_mapping *known = k->capacity ? slot(k, key) : NULL;

	return known && known->key ? known : NULL;
}

bool knownmaps_room(struct known_maps *k)
{
	return k->used < KNOWN_MAPPINGS && (k->used + 1 <= k->capacity / 4 * 3 || grow(k));
}

void knownmaps_add(struct known_maps *k, __u64 key, __u64 when)
{
	*slot(k, key) = (struct known_mapping){.key = key, .count = 1, .sent = 1, .first = when, .last = when};
	k->used++;
}

void knownmaps_free(struct known_maps *k)
{
	free(k->slots);
	free(k);
}
