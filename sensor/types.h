/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOLDFAST_TYPES_H
#define HOLDFAST_TYPES_H

#include <linux/types.h>
#include <stdint.h>

#endif
