/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_CLOCK_H
#define HOLDFAST_CLOCK_H

#include "types.h"

__u64 clock_boot(void);		   /* CLOCK_BOOTTIME, ns: the time of all frames */
__u64 clock_realtime_offset(void); /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */

#endif
