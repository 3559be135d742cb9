// SPDX-License-Identifier: Apache-2.0
/* Chained hash table over a fixed array, with a list in order of use. 32 bytes an entry; memory is touched as it fills.
 */
#include "hashcache.h"

#define BUCKETS 16384 /* power of two */
#define NONE 0	      /* index 0 is the list's head */

struct entry {
	__u64 dev_gen; /* dev << 32 | gen */
	__u64 ino;
	__u64 ctime;
	__u16 chain;
	__u16 newer, older; /* of the list of use; head.older = newest */
};

static struct entry entries[HASHCACHE_ENTRIES + 1];
static __u16 buckets[BUCKETS];
static __u16 fresh = 1, unused; /* never used entries from `fresh` on; freed ones chained at `unused` */

_Static_assert(HASHCACHE_ENTRIES < 65535, "indices are 16 bits");

static __u64 packed(const struct hf_file *file)
{
	return file->dev << 32 | file->gen;
}

static __u16 *bucket(const struct hf_file *file)
{
	__u64 h = (file->ino * 0x9e3779b97f4a7c15ull) ^ (file->ctime * 0xc2b2ae3d27d4eb4full) ^ packed(file);

	h ^= h >> 32;
	return &buckets[(h * 0x9e3779b97f4a7c15ull >> 40) & (BUCKETS - 1)];
}

static void take_out(__u16 i)
{
	entries[entries[i].newer].older = entries[i].older;
	entries[entries[i].older].newer = entries[i].newer;
}

static void put_first(__u16 i)
{
	entries[i].newer = NONE;
	entries[i].older = entries[NONE].older;
	entries[entries[NONE].older].newer = i;
	entries[NONE].older = i;
}

static __u16 find(const struct hf_file *file)
{
	__u16 i = *bucket(file);

	while (i &&
	       (entries[i].ino != file->ino || entries[i].ctime != file->ctime || entries[i].dev_gen != packed(file)))
		i = entries[i].chain;
	return i;
}

bool hashcache_known(const struct hf_file *file)
{
	__u16 i = find(file);

	if (!i)
		return false;
	take_out(i);
	put_first(i);
	return true;
}

void hashcache_remove(const struct hf_file *file)
{
	__u16 i = find(file), *at = bucket(file);

	if (!i)
		return;
	while (*at != i)
		at = &entries[*at].chain;
	*at = entries[i].chain;
	take_out(i);
	entries[i].chain = unused;
	unused = i;
}

void hashcache_add(const struct hf_file *file)
{
	__u16 i, *at;

	if (hashcache_known(file))
		return;
	if (!unused && fresh > HASHCACHE_ENTRIES) {
		const struct entry *oldest = &entries[entries[NONE].newer];
		struct hf_file old = {
		    .dev = oldest->dev_gen >> 32,
		    .gen = (__u32)oldest->dev_gen,
		    .ino = oldest->ino,
		    .ctime = oldest->ctime,
		};

		hashcache_remove(&old);
	}
	if (unused) {
		i = unused;
		unused = entries[i].chain;
	} else {
		i = fresh++;
	}
	at = bucket(file);
	entries[i] = (struct entry){.dev_gen = packed(file), .ino = file->ino, .ctime = file->ctime, .chain = *at};
	*at = i;
	put_first(i);
}
