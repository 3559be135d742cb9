// SPDX-License-Identifier: Apache-2.0
#include <time.h>
#include "clock.h"

static __u64 read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (__u64)t.tv_sec * 1000000000ull + (__u64)t.tv_nsec;
}

__u64 clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

__u64 clock_realtime_offset(void)
{
	return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}
