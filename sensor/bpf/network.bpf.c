// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * connect, bind and unconnected sends, seen at the root of the cgroup tree; they always let the call go on. These
 * programs can be preempted, so they use the ring's own memory and no per-CPU scratch.
 */
#include "maps.h"
#include "known.h"

#define AF_INET 2

struct peer {
	__u64 high, low; /* the address as it stands in memory */
	__u16 port;
	__u8 op;
	__u8 family;
	__u8 protocol;
	__u8 mapped;
};

static __always_inline __u64 connection_key(__u64 container, const struct peer *peer)
{
	struct sip s;

	sip_start(&s, secret0, secret1);
	sip_word(&s, KEY_CONNECTION);
	sip_word(&s, container);
	sip_word(&s, (__u64)peer->protocol << 40 | (__u64)peer->op << 32 | (__u64)peer->family << 24 |
			 (__u64)peer->mapped << 16 | peer->port);
	sip_word(&s, peer->high);
	sip_word(&s, peer->low);
	return sip_end(&s);
}

static __always_inline void fill(struct hf_connection *to, const struct peer *peer, __u64 container, __u64 key,
				 __u64 now)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct process_value *process = bpf_map_lookup_elem(&processes, &pid);

	__builtin_memset(to, 0, sizeof(*to));
	to->h.type = HF_CONNECTION;
	to->h.time = now;
	to->h.container = container;
	to->who.pid = pid;
	to->who.uid = BPF_CORE_READ(task, cred, euid.val);
	to->who.start = start_of(BPF_CORE_READ(task, group_leader));
	if (process && process->container == container)
		to->who.program = process->program;
	if (BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == host_mntns)
		to->h.flags = HF_FLAG_HOST_MNTNS;
	to->key = key;
	__builtin_memcpy(to->address, &peer->high, 8);
	__builtin_memcpy(to->address + 8, &peer->low, 8);
	to->port = peer->port;
	to->op = peer->op;
	to->family = peer->family;
	to->protocol = peer->protocol;
	to->mapped = peer->mapped;
}

static __always_inline bool send(struct container_value *c, struct returned_value *back, const struct peer *peer,
				 __u64 container, __u64 key, __u64 now)
{
	struct hf_connection *record;

	if (share_take(c, back, sizeof(*record))) {
		record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
		if (record) {
			fill(record, peer, container, key, now);
			bpf_ringbuf_submit(record, 0);
			return true;
		}
		share_give(c, sizeof(*record));
	}
	count_loss(c, now);
	return false;
}

static __always_inline int seen(const struct peer *peer, __u64 container)
{
	struct container_value *c = bpf_map_lookup_elem(&containers, &container);
	struct returned_value *back = bpf_map_lookup_elem(&returned, &container);
	__u64 key, now;

	if (!c || !back)
		return 1;
	now = bpf_ktime_get_boot_ns();
	add(&c->connections, 1);
	key = connection_key(container, peer);
	if (known_touch(key, now))
		return 1;
	if (c->known_connections - back->connections >= known_bound(KNOWN_CONNECTIONS) ||
	    !known_enter(key, container, key, HF_COUNT_CONNECTION, false, now)) {
		if (!known_touch(key, now))
			add(&c->connection_limit, 1);
		return 1;
	}
	add32(&c->known_connections, 1);
	if (!send(c, back, peer, container, key, now)) {
		known_leave(key);
		add32(&c->known_connections, -1);
	}
	return 1;
}

static __always_inline int seen4(struct bpf_sock_addr *ctx, __u8 op)
{
	__u64 container = container_of_current();
	struct peer peer = {};

	if (!container)
		return 1;
	peer.high = ctx->user_ip4;
	peer.port = __builtin_bswap16(ctx->user_port);
	peer.op = op;
	peer.family = 4;
	peer.protocol = ctx->protocol;
	return seen(&peer, container);
}

static __always_inline int seen6(struct bpf_sock_addr *ctx, __u8 op)
{
	__u64 container = container_of_current();
	struct peer peer = {};
	__u32 a, b, c, d;

	if (!container)
		return 1;
	a = ctx->user_ip6[0];
	b = ctx->user_ip6[1];
	c = ctx->user_ip6[2];
	d = ctx->user_ip6[3];
	peer.family = 6;
	if (!a && !b && c == 0xffff0000) { /* ::ffff:0:0/96, as a little-endian word */
		peer.family = 4;
		peer.mapped = 1;
		peer.high = d;
	} else {
		peer.high = (__u64)b << 32 | a;
		peer.low = (__u64)d << 32 | c;
	}
	peer.port = __builtin_bswap16(ctx->user_port);
	peer.op = op;
	peer.protocol = ctx->protocol;
	return seen(&peer, container);
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
	return seen4(ctx, HF_CONNECT);
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr *ctx)
{
	return seen6(ctx, HF_CONNECT);
}

SEC("cgroup/bind4")
int on_bind4(struct bpf_sock_addr *ctx)
{
	return seen4(ctx, HF_BIND);
}

SEC("cgroup/bind6")
int on_bind6(struct bpf_sock_addr *ctx)
{
	return seen6(ctx, HF_BIND);
}

SEC("cgroup/sendmsg4")
int on_sendmsg4(struct bpf_sock_addr *ctx)
{
	return seen4(ctx, HF_SEND);
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr *ctx)
{
	return seen6(ctx, HF_SEND);
}
