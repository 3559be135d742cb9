/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Keys of known things: SipHash-1-3 over 64-bit words under a secret drawn at start. Keyed, because a container that
 * could compute two argv with one key could hide the second behind the first. Compiled into BPF and into user space.
 */
#ifndef HOLDFAST_KEYED_H
#define HOLDFAST_KEYED_H

struct sip {
	__u64 a, b, c, d;
};

#define SIP_ROTATE(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

static inline __attribute__((always_inline)) void sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = SIP_ROTATE(s->b, 13) ^ s->a;
	s->d = SIP_ROTATE(s->d, 16) ^ s->c;
	s->a = SIP_ROTATE(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = SIP_ROTATE(s->b, 17) ^ s->c;
	s->d = SIP_ROTATE(s->d, 21) ^ s->a;
	s->c = SIP_ROTATE(s->c, 32);
}

static inline __attribute__((always_inline)) void sip_start(struct sip *s, __u64 k0, __u64 k1)
{
	s->a = k0 ^ 0x736f6d6570736575ull;
	s->b = k1 ^ 0x646f72616e646f6dull;
	s->c = k0 ^ 0x6c7967656e657261ull;
	s->d = k1 ^ 0x7465646279746573ull;
}

static inline __attribute__((always_inline)) void sip_word(struct sip *s, __u64 word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

/* never 0: 0 means "no key" in frames */
static inline __attribute__((always_inline)) __u64 sip_end(struct sip *s)
{
	__u64 key;

	s->c ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	key = s->a ^ s->b ^ s->c ^ s->d;
	return key ? key : 1;
}

/* The first word of each key says what it is a key of. */
enum key_kind {
	KEY_FILE = 1,
	KEY_EXEC = 2,
	KEY_EXEC_COARSE = 3,
	KEY_FORK = 4,
	KEY_CONNECTION = 5,
};

static inline __attribute__((always_inline)) __u64 file_key(__u64 k0, __u64 k1, __u64 dev, __u64 ino, __u32 gen,
							    __u64 ctime)
{
	struct sip s;

	sip_start(&s, k0, k1);
	sip_word(&s, KEY_FILE);
	sip_word(&s, dev);
	sip_word(&s, ino);
	sip_word(&s, gen);
	sip_word(&s, ctime);
	return sip_end(&s);
}

/*
 * Starts an exec's key; the caller adds argv: its words, the last one zero-padded, then its whole length.
 * init: it is the first process of its PID namespace, and so not one that was put into the container later: neither has
 * a parent there.
 */
static inline __attribute__((always_inline)) void exec_key_start(struct sip *s, __u64 k0, __u64 k1, __u64 container,
								 __u64 file, __u64 parent_file, __u32 uid,
								 __u64 capabilities, bool init)
{
	sip_start(s, k0, k1);
	sip_word(s, KEY_EXEC);
	sip_word(s, container);
	sip_word(s, file);
	sip_word(s, parent_file);
	sip_word(s, uid | (__u64)init << 32);
	sip_word(s, capabilities);
}

static inline __attribute__((always_inline)) __u64 fork_key(__u64 k0, __u64 k1, __u64 container, __u64 program)
{
	struct sip s;

	sip_start(&s, k0, k1);
	sip_word(&s, KEY_FORK);
	sip_word(&s, container);
	sip_word(&s, program);
	return sip_end(&s);
}

#endif
