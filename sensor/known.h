/* SPDX-License-Identifier: Apache-2.0 */
/* What was reported of one container's files, by device and inode as the container sees them (of the overlay, of a
 * volume). */
#ifndef HOLDFAST_KNOWN_H
#define HOLDFAST_KNOWN_H

#include <stdbool.h>
#include "types.h"
#include "frames.h"

/* Distinct files remembered per container, and how many more that are executed or loaded. */
#define KNOWN_FILES 16384
#define KNOWN_RESERVE 4096

enum known_bits { /* of kinds */
		  KNOWN_READ = 1,
		  KNOWN_EXEC = 2,
		  KNOWN_WRITTEN = 4,
		  KNOWN_OUTSIDE_EXEC = 8,
		  KNOWN_OUTSIDE_WRITTEN = 16,
		  KNOWN_IDENTITY = 32, /* its content matters: executed, a hash suffix, "#!", ELF */
		  KNOWN_APPENDED =
		      64, /* closed after writing so often that the kernel was told to be silent about it */
};

/* Programs told apart of those that read one file of code. */
#define KNOWN_READERS 4

struct known_file {
	__u64 readers[KNOWN_READERS]; /* program keys, the newest first */
	__u64 ino;		      /* as seen; 0 = free slot */
	struct hf_file file;	      /* the version last reported */
	struct hf_file before;	      /* the one before that; ino 0 = none */
	__u32 dev;
	__u8 kinds;
	__u8 opens;
	__u8 writes;
	__u8 reserve;
};

struct known_files {
	struct known_file *slots;
	unsigned capacity; /* power of two; 0 = nothing allocated yet */
	unsigned used;
	unsigned reserved; /* of used, those in the reserve */
	__u64 refused;	   /* files beyond the bound */
	__u64 refused_since;
	__u64 refused_told;
	bool silenced_data; /* the kernel is silent about files that are no code */
};

struct known_file *known_find(struct known_files *k, __u32 dev, __u64 ino);
/* A slot for a file that is not there yet. NULL: the bound is reached (or no memory). */
struct known_file *known_add(struct known_files *k, __u32 dev, __u64 ino, bool important);
/* The number names another file now: nothing was reported of that one. */
void known_renew(struct known_file *file);
void known_free(struct known_files *k);

#endif
