/* SPDX-License-Identifier: Apache-2.0 */
/* Containers and processes older than the sensor. Main thread only. */
#ifndef HOLDFAST_SNAPSHOT_H
#define HOLDFAST_SNAPSHOT_H

void snapshot_all(void);

#endif
