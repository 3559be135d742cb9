// SPDX-License-Identifier: Apache-2.0
/*
 * The queue in front of the pipe: one byte ring. A container's events may fill an eighth of it, all containers' events
 * together all but a reserve, that is for what a reader can't do without: containers' states and statistics, gaps,
 * heartbeats.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "emit.h"
#include "containers.h"

#define QUEUE_BYTES (1u << 20)
#define QUEUE_SHARE (QUEUE_BYTES / 8)
#define QUEUE_RESERVE (QUEUE_BYTES / 4)
#define PIPE_BYTES (1 << 20) /* the usual limit of fs.pipe-max-size */

static int out = -1;
static unsigned char queue[QUEUE_BYTES];
static __u64 head;    /* bytes ever queued */
static __u64 written; /* bytes ever written */
static __u64 settled; /* start of the first frame not written whole: its container still owes it */
static __u64 sequence;
static __u64 lost;

int emit_open(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	(void)fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES); /* smaller is slower, not wrong */
	out = fd;
	return 0;
}

static void put(const void *bytes, size_t length)
{
	size_t at = head % QUEUE_BYTES, first = QUEUE_BYTES - at;

	if (first > length)
		first = length;
	memcpy(queue + at, bytes, first);
	memcpy(queue, (const char *)bytes + first, length - first);
	head += length;
}

static void peek(__u64 from, void *bytes, size_t length)
{
	size_t at = from % QUEUE_BYTES, first = QUEUE_BYTES - at;

	if (first > length)
		first = length;
	memcpy(bytes, queue + at, first);
	memcpy((char *)bytes + first, queue, length - first);
}

/* Gives the containers back what their written frames took of the queue. */
static void settle(void)
{
	while (settled < written) {
		struct hf_header h;
		struct container *c;

		peek(settled, &h, sizeof(h));
		if (settled + h.size > written)
			return;
		settled += h.size;
		c = h.container ? container_by_cgid(h.container) : NULL;
		if (c)
			c->queued = c->queued > h.size ? c->queued - h.size : 0;
	}
}

int emit_flush(void)
{
	while (written < head) {
		size_t at = written % QUEUE_BYTES, length = head - written, first = QUEUE_BYTES - at;
		struct iovec parts[2] = {{queue + at, first < length ? first : length}, {queue, 0}};
		ssize_t n;

		parts[1].iov_len = length - parts[0].iov_len;
		n = writev(out, parts, parts[1].iov_len ? 2 : 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -errno;
		written += (__u64)n;
	}
	settle();
	return written == head;
}

static bool has_room(const struct container *c, const struct hf_header *frame)
{
	__u64 used = head - settled;

	if (!frame->container || frame->type == HF_CONTAINER || frame->type == HF_GAP || frame->type == HF_STATS)
		return used + frame->size <= QUEUE_BYTES;
	if (used + frame->size > QUEUE_BYTES - QUEUE_RESERVE)
		return false;
	return !c || c->queued + frame->size <= QUEUE_SHARE;
}

bool emit_ready(void)
{
	return head - settled <= QUEUE_BYTES / 2;
}

bool emit(struct hf_header *frame, enum hf_type type, size_t fixed, const struct text *strings, unsigned count)
{
	struct container *c = frame->container ? container_by_cgid(frame->container) : NULL;
	size_t size = fixed + count * sizeof(__u16);
	__u16 lengths[16];

	for (unsigned i = 0; i < count && i < 16; i++) {
		size_t length = strings[i].length, room = HF_FRAME_MAX - size;

		if (length > room) {
			length = room;
			frame->flags |= HF_FLAG_TRUNCATED;
		}
		lengths[i] = (__u16)length;
		size += length;
	}
	frame->size = (__u32)size;
	frame->type = (__u16)type;
	/* A refused frame takes its numbers along: the hole tells the reader. */
	frame->seq = ++sequence;
	frame->container_seq = c ? ++c->sequence : 0;
	if (!has_room(c, frame)) {
		emit_flush();
		if (!has_room(c, frame)) {
			lost++;
			if (c)
				c->stats.lost_queue++;
			return false;
		}
	}
	put(frame, fixed);
	for (unsigned i = 0; i < count; i++) {
		put(&lengths[i], sizeof(lengths[i]));
		put(strings[i].bytes, lengths[i]);
	}
	if (c)
		c->queued += size;
	return true;
}

__u64 emit_lost(void)
{
	return lost;
}
