/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. All policy comes from here; the sensor has no configuration file. */
#ifndef HOLDFAST_OPTIONS_H
#define HOLDFAST_OPTIONS_H

#include <stdbool.h>
#include "types.h"

#define OPTIONS_SUFFIXES 64
#define OPTIONS_GUARDED 32

struct options {
	__u64 hash_max_bytes;
	__u32 hash_max_millis;
	__u32 hash_max_backlog;
	char *hash_suffix[OPTIONS_SUFFIXES]; /* opened files with these endings are hashed */
	unsigned hash_suffixes;
	const char *guarded[OPTIONS_GUARDED];
	unsigned guards;
	unsigned max_containers;
	unsigned count_interval; /* seconds */
	const char *cgroup2;	 /* NULL = find it */
	bool probe;
};

extern struct options options;

/* Fills `options`. 0: go on; else the process's exit status + 1 (--help and --version exit with 0). */
int options_parse(int argc, char **argv);

#endif
