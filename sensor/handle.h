/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a descriptor stands for, and how to open a file of which only its numbers are known. Main thread only. */
#ifndef HOLDFAST_HANDLE_H
#define HOLDFAST_HANDLE_H

#include <stdbool.h>
#include <sys/stat.h>
#include "types.h"
#include "frames.h"

struct container;

/* st_dev in the kernel's encoding, as all frames have it */
__u32 handle_dev(dev_t dev);
__u64 handle_ctime(const struct stat *st);

/*
 * The file behind `fd` as c's frames name it (c NULL: of no container). `st` is its fstat. Under an overlay that is not
 * the container's own root (a volume that lies on one) place is VOLUME, so that nobody takes it for the image's layer.
 */
void handle_identify(int fd, const struct stat *st, const struct container *c, struct hf_file *file);

/*
 * Opens what a link of /proc names (PID/exe, PID/map_files/…) without asking a filesystem that may never answer: its
 * O_PATH descriptor, for handle_identify(); -ENOLINK: it lies on such a filesystem (fuse, nfs and the like), and not
 * even its attributes should be asked for. A runtime waits for the sensor, so the sensor waits for nobody.
 */
int handle_path(const char *link);

/* The same file for reading; -errno */
int handle_reopen(int path_fd);

/* Same bytes, same version. */
bool handle_same(const struct hf_file *a, const struct hf_file *b);

/* Remembers a directory on a filesystem, through which handle_open() opens files of it. */
void handle_filesystem(__u32 dev, const char *directory);
void handle_close(void);

/* Opens by device, inode and generation: no path, no race; -errno (ESTALE: that file is gone). */
int handle_open(const struct hf_file *file);

#endif
