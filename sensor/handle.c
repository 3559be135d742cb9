// SPDX-License-Identifier: Apache-2.0
/*
 * Cost: handle_identify() one system call (1.3 us) through BPF. Only where BPF can't tell does it ask for the file's
 * handle: an overlay's handle (Linux 6.6 and up, AT_HANDLE_FID) carries the real file's handle behind 24 bytes.
 * handle_open() two system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "handle.h"
#include "containers.h"
#include "descriptor.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200
#endif
#define OVERLAY_HANDLE 0xf8 /* fid type; fs/overlayfs/overlayfs.h OVL_FILEID_V1 */
#define OVERLAY_MAGIC_BYTE 0xfb
#define OVERLAY_PATH_UPPER 4	/* flag: the handle is the upper file's */
#define OVERLAY_REAL 24		/* 3 bytes padding, version, magic, length, flags, type, uuid[16] */
#define INODE32_GENERATION 1	/* fid type { u32 ino, u32 gen }: ext4 and, for small inode numbers, xfs */
#define INODE64_GENERATION 0x81 /* { u64 ino, u32 gen }: xfs */
#define FILESYSTEMS_MAX 16

static struct {
	__u32 dev;
	int directory;
} filesystems[FILESYSTEMS_MAX];
static unsigned filesystem_count;

struct room {
	struct file_handle h;
	unsigned char bytes[MAX_HANDLE_SZ];
};

__u32 handle_dev(dev_t dev)
{
	return (__u32)(major(dev) << 20 | minor(dev));
}

__u64 handle_ctime(const struct stat *st)
{
	return (__u64)st->st_ctim.tv_sec * 1000000000ull + (__u64)st->st_ctim.tv_nsec;
}

bool handle_same(const struct hf_file *a, const struct hf_file *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->gen == b->gen && a->ctime == b->ctime;
}

/* Without BPF. A file copied up keeps its lower's handle, so a lower handle proves no layer: place stays UNKNOWN. */
static void by_handle(int fd, const struct stat *st, const struct container *c, struct hf_file *file)
{
	struct room room = {.h.handle_bytes = MAX_HANDLE_SZ};
	const unsigned char *fid = room.h.f_handle;
	bool overlay = c && c->overlay_dev && handle_dev(st->st_dev) == c->overlay_dev;
	int mount;

	*file = (struct hf_file){
	    .dev = overlay ? c->snapshot_dev : handle_dev(st->st_dev),
	    .ino = st->st_ino,
	    .ctime = handle_ctime(st),
	    .mode = (__u16)st->st_mode,
	    .place = overlay ? HF_PLACE_UNKNOWN : HF_PLACE_VOLUME,
	    .flags = HF_FILE_NO_GEN,
	};
	if (!st->st_nlink)
		file->flags |= HF_FILE_UNLINKED;
	if (!overlay || name_to_handle_at(fd, "", &room.h, &mount, AT_EMPTY_PATH | AT_HANDLE_FID) < 0)
		return;
	if (room.h.handle_type != OVERLAY_HANDLE || room.h.handle_bytes < OVERLAY_REAL + 8 ||
	    fid[4] != OVERLAY_MAGIC_BYTE || fid[7] != INODE32_GENERATION)
		return;
	if (fid[6] & OVERLAY_PATH_UPPER) {
		__u32 words[2];

		memcpy(words, fid + OVERLAY_REAL, sizeof(words));
		file->ino = words[0];
		file->gen = words[1];
		file->place = HF_PLACE_UPPER;
		file->flags &= (__u8)~HF_FILE_NO_GEN;
	}
}

/* linux/magic.h and the filesystems' own */
static bool answers(__u64 magic)
{
	static const __u32 unanswering[] = {
	    0x65735546, 0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x00c36400, 0x01021997, 0x5346414f, 0x0187, 0x0bd00bd0,
	}; /* fuse, nfs, cifs, smb2, smb, ceph, 9p, afs, autofs, lustre */

	for (unsigned i = 0; i < sizeof(unanswering) / sizeof(*unanswering); i++)
		if (magic == unanswering[i])
			return false;
	return true;
}

int handle_path(const char *link)
{
	int fd = open(link, O_PATH | O_CLOEXEC);
	struct hf_file file;
	__u64 magic;

	if (fd < 0)
		return -errno;
	if (descriptor_file(fd, &file, &magic) == 0 && !answers(magic)) {
		close(fd);
		return -ENOLINK;
	}
	return fd;
}

int handle_reopen(int path_fd)
{
	char link[64];
	int fd;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NOATIME | O_NONBLOCK);
	if (fd < 0 && errno == EPERM)
		fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void handle_identify(int fd, const struct stat *st, const struct container *c, struct hf_file *file)
{
	__u64 magic;

	if (descriptor_file(fd, file, &magic) < 0) {
		by_handle(fd, st, c, file);
		return;
	}
	if ((file->place == HF_PLACE_LOWER || file->place == HF_PLACE_UPPER) &&
	    (!c || handle_dev(st->st_dev) != c->overlay_dev))
		file->place = HF_PLACE_VOLUME;
}

void handle_filesystem(__u32 dev, const char *directory)
{
	int fd;

	for (unsigned i = 0; i < filesystem_count; i++)
		if (filesystems[i].dev == dev)
			return;
	if (filesystem_count == FILESYSTEMS_MAX)
		return;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	filesystems[filesystem_count].dev = dev;
	filesystems[filesystem_count++].directory = fd;
}

void handle_close(void)
{
	while (filesystem_count)
		close(filesystems[--filesystem_count].directory);
}

static int open_as(int directory, int type, const void *fid, unsigned length)
{
	struct room room = {.h = {.handle_bytes = length, .handle_type = type}};
	int fd;

	memcpy(room.h.f_handle, fid, length);
	/* O_NONBLOCK: what was a regular file can't have become a FIFO, but this must never wait */
	fd = open_by_handle_at(directory, &room.h, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	/* O_NOATIME is for a file's owner and CAP_FOWNER; where the sensor is neither, its reads show in the access
	 * time */
	if (fd < 0 && errno == EPERM)
		fd = open_by_handle_at(directory, &room.h, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int handle_open(const struct hf_file *file)
{
	if (file->flags & HF_FILE_NO_GEN)
		return -ENOKEY;
	for (unsigned i = 0; i < filesystem_count; i++) {
		struct {
			__u64 ino;
			__u32 gen;
		} __attribute__((packed)) large = {file->ino, file->gen};
		__u32 small[2] = {(__u32)file->ino, file->gen};
		int fd = -ESTALE;

		if (filesystems[i].dev != file->dev)
			continue;
		if (file->ino <= UINT32_MAX)
			fd = open_as(filesystems[i].directory, INODE32_GENERATION, small, sizeof(small));
		if (fd < 0)
			fd = open_as(filesystems[i].directory, INODE64_GENERATION, &large, sizeof(large));
		return fd;
	}
	return -ENODEV;
}
