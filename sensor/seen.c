// SPDX-License-Identifier: Apache-2.0
/*
 * What is known of a file is silent. Cost per open of
 * - a file that was reported: none. An ignore mark on its inode makes the kernel silent about it. The mark goes when
 * the file is modified, and when the inode is evicted; the next open is then an event, one lookup here, and silence
 * again.
 * - a new file: one event, some eight system calls (about 10 us), one frame; and its content is hashed (hash.c, other
 *   threads) when it is executed, is named like code, or starts with "#!" or ELF's magic.
 * - a log that is opened, appended to and closed over and over: an event each for the first APPENDS times, then none.
 *
 * Data that is no layer's may get the name of code by a rename, of which nobody tells: it is watched for its first
 * OPENS openings, and then its silence is broken at each count interval (files_refresh).
 */
#include <string.h>
#include <sys/fanotify.h>
#include "clock.h"
#include "containers.h"
#include "emit.h"
#include "gap.h"
#include "handle.h"
#include "hash.h"
#include "known.h"
#include "marks.h"
#include "seen.h"

#define OPENS 3
#define APPENDS 16

static bool report(struct sight *s, enum hf_open_kind kind)
{
	struct hf_open frame = {
	    .h = {.time = clock_boot(), .container = s->c->cgid},
	    .who = s->who,
	    .file = s->file,
	    .size = (__u64)s->st.st_size,
	    .kind = kind,
	};
	struct text path = {s->path, s->length};

	frame.h.flags = (s->outside ? HF_FLAG_OUTSIDE : 0) | (s->host_mounts ? HF_FLAG_HOST_MNTNS : 0);
	return emit(&frame.h, HF_OPEN, sizeof(frame), &path, 1);
}

static void refuse(struct container *c)
{
	__u64 now = clock_boot();

	if (!c->files->refused++)
		c->files->refused_since = now;
	/* said at the first, and each minute from then on (files_minute) */
	if (c->files->refused == 1 && gap(c, HF_GAP_FILE_LIMIT, now, 0, 1, false, NULL))
		c->files->refused_told = 1;
}

static __u8 bit_of(enum hf_open_kind kind, bool outside)
{
	if (kind == HF_OPEN_EXEC)
		return outside ? KNOWN_OUTSIDE_EXEC : KNOWN_EXEC;
	if (kind == HF_OPEN_WRITTEN)
		return outside ? KNOWN_OUTSIDE_WRITTEN : KNOWN_WRITTEN;
	return KNOWN_READ;
}

/*
 * Code that is not an image layer's: what it is depends on who reads it, since only an interpreter runs it. So its
 * opens stay events, and each program that reads it is told once. (A layer's code is the image's, whoever reads it.)
 */
static bool depends_on_reader(const struct known_file *known, enum hf_open_kind kind)
{
	return kind == HF_OPEN_READ && known->kinds & KNOWN_IDENTITY && known->file.place != HF_PLACE_LOWER;
}

/* A file seen before in the same version: silence again, where the mark was lost or is due only now. */
static void seen_again(struct sight *s, struct known_file *known, enum hf_open_kind kind)
{
	if (s->outside)
		return;
	if (known->kinds & KNOWN_IDENTITY) {
		if (kind != HF_OPEN_WRITTEN && !depends_on_reader(known, kind))
			marks_silence(s->c, s->fd, s->dev, kind == HF_OPEN_EXEC ? FAN_OPEN | FAN_OPEN_EXEC : FAN_OPEN,
				      false);
		return;
	}
	if (kind == HF_OPEN_WRITTEN && known->writes >= APPENDS) {
		/* the kernel keeps one kind of ignore mark per inode */
		marks_unsilence(s->c, s->fd);
		marks_silence(s->c, s->fd, s->dev, FAN_OPEN | FAN_CLOSE_WRITE, true);
		known->kinds |= KNOWN_APPENDED;
		s->c->files->silenced_data = true;
	} else if (kind == HF_OPEN_READ && known->opens >= OPENS && !(known->kinds & KNOWN_APPENDED)) {
		marks_silence(s->c, s->fd, s->dev, FAN_OPEN, false);
		s->c->files->silenced_data = true;
	}
}

/* Inode numbers are used again at once: a file that was made where a known one was removed is another. */
static bool is_another(struct sight *s, const struct known_file *known)
{
	return sight_file(s) && !((s->file.flags | known->file.flags) & HF_FILE_NO_GEN) &&
	       s->file.gen != known->file.gen;
}

/*
 * What others read is not the container's doing, and must not make known what the container reads itself: its runtime
 * looks its user up in /etc/passwd. Who came into the cgroup by a fork and has executed nothing there is the runtime.
 */
static bool reads_for_others(const struct sight *s)
{
	return s->outside || s->host_mounts || (s->who.pid && !s->who.program && !s->c->older);
}

static bool is_no_layers(struct sight *s)
{
	return sight_file(s) && s->file.place != HF_PLACE_LOWER;
}

static bool is_new_reader(const struct sight *s, const struct known_file *known)
{
	for (unsigned i = 0; i < KNOWN_READERS; i++)
		if (known->readers[i] == s->who.program)
			return false;
	return true;
}

static void add_reader(const struct sight *s, struct known_file *known)
{
	if (!is_new_reader(s, known))
		return;
	memmove(known->readers + 1, known->readers, sizeof(known->readers) - sizeof(*known->readers));
	known->readers[0] = s->who.program;
}

bool seen(struct sight *s, enum hf_open_kind kind)
{
	struct known_file *known = known_find(s->c->files, s->dev, s->st.st_ino);
	__u8 bit = bit_of(kind, s->outside);
	bool changed, fresh, taken, marked = false;

	if (kind == HF_OPEN_READ && reads_for_others(s))
		return false;
	if (known && kind == HF_OPEN_READ && known->opens < OPENS)
		known->opens++;
	if (known && kind == HF_OPEN_WRITTEN && known->writes < APPENDS)
		known->writes++;
	changed = known && known->file.ctime != handle_ctime(&s->st);
	/* asked also where ctime is the same: it moves in ticks, and within one a number can be given out twice */
	if (known && is_another(s, known)) {
		changed = true;
		known_renew(known);
		known->opens = kind == HF_OPEN_READ;
		known->writes = kind == HF_OPEN_WRITTEN;
	}
	/* executed includes read: an execution is also an open, and can't be told from one */
	if (kind == HF_OPEN_READ)
		bit |= known && !changed ? known->kinds & KNOWN_EXEC : 0;
	fresh = known && depends_on_reader(known, kind) && !(known->kinds & KNOWN_EXEC) && is_new_reader(s, known);
	if (known && !changed && !fresh && known->kinds & bit &&
	    (known->kinds & KNOWN_IDENTITY || kind != HF_OPEN_READ)) {
		seen_again(s, known, kind);
		return false;
	}
	sight_path(s);
	s->identity =
	    kind == HF_OPEN_EXEC || sight_named_like_code(s) || (kind != HF_OPEN_WRITTEN && sight_starts_like_code(s));
	/* Data is known by its inode: what was appended to it since is not news. */
	if (known && known->kinds & bit && !s->identity && !(known->kinds & KNOWN_IDENTITY)) {
		if (!sight_file(s))
			return false;
		known->file = s->file;
		seen_again(s, known, kind);
		return false;
	}
	if (known && known->kinds & bit && kind == HF_OPEN_WRITTEN) {
		/* written again: its new version is reported when it is opened or executed */
		return false;
	}
	/* The mark comes first: what modifies the file from here on takes it away again, and is seen by the next open.
	 */
	if (!s->outside && s->identity && kind != HF_OPEN_WRITTEN && !(kind == HF_OPEN_READ && is_no_layers(s))) {
		if (known && known->kinds & KNOWN_APPENDED) {
			marks_unsilence(s->c, s->fd);
			known->kinds &= (__u8)~KNOWN_APPENDED;
		}
		marked = marks_silence(s->c, s->fd, s->dev, kind == HF_OPEN_EXEC ? FAN_OPEN | FAN_OPEN_EXEC : FAN_OPEN,
				       false);
	}
	if (!sight_file(s))
		return false;
	if (!s->identity && kind == HF_OPEN_READ && s->file.place == HF_PLACE_LOWER)
		marked = marks_silence(s->c, s->fd, s->dev, FAN_OPEN, false);
	if (!known) {
		known = known_add(s->c->files, s->dev, s->st.st_ino, s->identity);
		if (!known) {
			refuse(s->c);
			if (marked)
				marks_unsilence(s->c, s->fd);
			return false;
		}
		known->opens = kind == HF_OPEN_READ;
		known->writes = kind == HF_OPEN_WRITTEN;
		known->file = s->file;
		s->c->stats.known_files = s->c->files->used;
	}
	/* nothing new but a name: data that got one of code, and the other way round */
	if (!report(s, kind)) {
		known->kinds &= (__u8)~bit;
		if (marked)
			marks_unsilence(s->c, s->fd);
		return false;
	}
	if (!handle_same(&known->file, &s->file)) {
		known->before = known->file;
		known->file = s->file;
		known->kinds &= KNOWN_WRITTEN | KNOWN_OUTSIDE_WRITTEN;
	}
	known->kinds |= bit | (s->identity ? KNOWN_IDENTITY : 0);
	if (kind == HF_OPEN_READ)
		add_reader(s, known);
	if (!s->identity || kind == HF_OPEN_WRITTEN)
		return false;
	taken = hash_take(s->fd, &s->file, s->c->cgid, s->path, s->length, kind == HF_OPEN_EXEC);
	if (!taken) {
		/* not hashed: the next open asks again */
		known->kinds &= (__u8)~bit;
		if (marked)
			marks_unsilence(s->c, s->fd);
	}
	return taken;
}
