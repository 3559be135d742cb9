/* SPDX-License-Identifier: Apache-2.0 */
/* sha256 of open files, computed by other threads, remembered per version until modified. Main thread only. */
#ifndef HOLDFAST_HASH_H
#define HOLDFAST_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include "types.h"
#include "frames.h"

struct hash_limits; /* hashwork.h */

int hash_open(const struct hash_limits *limits);
void hash_close(void);
int hash_fd(void);	 /* readable when results wait */
void hash_deliver(void); /* emits HF_FILE_HASH for what is done */

/*
 * Takes `fd` (closes it) when it returns true; nothing more happens when this version is known or under way. `cgid` is
 * named in the frame. False means: the queue, or this container's share of it, is full; ask again at the next sight.
 * `urgent` (executed, mapped) goes before what was merely opened.
 */
bool hash_take(int fd, const struct hf_file *file, __u64 cgid, const char *path, size_t length, bool urgent);

/* As above for a file of which only its numbers are known: opened by handle, or by `link`, which is /proc/PID/exe or
 * /proc/PID/map_files/ADDRESSES. */
void hash_request_by_link(const struct hf_file *file, __u64 cgid, const char *link, const char *path);
void hash_request_by_file(const struct hf_file *file, __u64 cgid, __u32 pid, const char *path); /* /proc/PID/exe */

__u64 hash_files(void);
__u64 hash_bytes(void);

#endif
