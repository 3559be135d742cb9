// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"

struct options options = {
    .hash_max_bytes = 256ull << 20,
    .hash_max_millis = 10000,
    .hash_max_backlog = 4096,
    .max_containers = 1024,
    .count_interval = 60,
};

/* Where distributions and Kubernetes put the runtimes' binaries; those that are absent are skipped by the guard. */
static const char *const usual_guards[] = {
    "/usr/bin/runc", "/usr/sbin/runc",	    "/usr/local/bin/runc", "/usr/local/sbin/runc",
    "/usr/bin/crun", "/usr/local/bin/crun", "/usr/bin/youki",	   "/usr/local/bin/youki",
};

enum {
	HASH_MAX_BYTES = 256,
	HASH_MAX_MILLIS,
	HASH_SUFFIX,
	GUARD,
	NO_GUARD,
	MAX_CONTAINERS,
	COUNT_INTERVAL,
	CGROUP2,
	PROBE,
	VERSION,
	HELP,
};

static const struct option known_options[] = {
    {"hash-max-bytes", required_argument, NULL, HASH_MAX_BYTES},
    {"hash-max-millis", required_argument, NULL, HASH_MAX_MILLIS},
    {"hash-suffix", required_argument, NULL, HASH_SUFFIX},
    {"guard", required_argument, NULL, GUARD},
    {"no-guard", no_argument, NULL, NO_GUARD},
    {"max-containers", required_argument, NULL, MAX_CONTAINERS},
    {"count-interval", required_argument, NULL, COUNT_INTERVAL},
    {"cgroup2", required_argument, NULL, CGROUP2},
    {"probe", no_argument, NULL, PROBE},
    {"version", no_argument, NULL, VERSION},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "holdfast-sensor: shows what containers on this host execute, map, open and connect to, as frames on stdout\n"
    "  --hash-max-bytes N        larger files are not hashed (268435456)\n"
    "  --hash-max-millis N       slower files are not hashed (10000)\n"
    "  --hash-suffix .py,.so     opened files with these endings are hashed as well\n"
    "  --guard PATH              a runtime's binary to wait at (repeatable; default: runc, crun, youki)\n"
    "  --no-guard                no waiting at the runtime: files opened early may be missed\n"
    "  --max-containers N        followed at once (1024)\n"
    "  --count-interval SECONDS  between counts (60)\n"
    "  --cgroup2 PATH            mount point of the unified hierarchy (found by itself)\n"
    "  --probe                   say what this kernel can show, and exit\n"
    "  --version, --help\n";

static int wrong(const char *name, const char *value)
{
	fprintf(stderr, "holdfast-sensor: --%s: not accepted: %s\n", name, value);
	return 3;
}

static int number(const char *name, const char *text, __u64 least, __u64 most, __u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || *value < least || *value > most)
		return wrong(name, text);
	return 0;
}

static int suffixes(char *list)
{
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (options.hash_suffixes == OPTIONS_SUFFIXES)
			return wrong("hash-suffix", "too many");
		options.hash_suffix[options.hash_suffixes++] = word;
	}
	return 0;
}

static int accept(int option, char *value, bool *guard)
{
	__u64 n = 0;
	int result = 0;

	switch (option) {
	case HASH_MAX_BYTES:
		return number("hash-max-bytes", value, 0, 1ull << 50, &options.hash_max_bytes);
	case HASH_MAX_MILLIS:
		result = number("hash-max-millis", value, 1, 3600000, &n);
		options.hash_max_millis = n;
		return result;
	case HASH_SUFFIX:
		return suffixes(value);
	case GUARD:
		if (options.guards == OPTIONS_GUARDED)
			return wrong("guard", "too many");
		options.guarded[options.guards++] = value;
		return 0;
	case NO_GUARD:
		*guard = false;
		return 0;
	case MAX_CONTAINERS:
		result = number("max-containers", value, 1, 4096, &n);
		options.max_containers = n;
		return result;
	case COUNT_INTERVAL:
		result = number("count-interval", value, 1, 86400, &n);
		options.count_interval = n;
		return result;
	case CGROUP2:
		options.cgroup2 = value;
		return 0;
	case PROBE:
		options.probe = true;
		return 0;
	case VERSION:
		puts("holdfast-sensor " HOLDFAST_VERSION);
		return 1;
	case HELP:
		fputs(usage, stdout);
		return 1;
	default:
		return 3;
	}
}

int options_parse(int argc, char **argv)
{
	bool guard = true;
	int option, result;

	while ((option = getopt_long(argc, argv, "", known_options, NULL)) != -1) {
		result = accept(option, optarg, &guard);
		if (result)
			return result;
	}
	if (optind < argc)
		return wrong("option", argv[optind]);
	if (!guard)
		options.guards = 0;
	else if (!options.guards)
		for (unsigned i = 0; i < sizeof(usual_guards) / sizeof(*usual_guards); i++)
			options.guarded[options.guards++] = usual_guards[i];
	return 0;
}
