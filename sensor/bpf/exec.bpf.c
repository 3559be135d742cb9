// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Executions. Known: one hash of the file's identity and the bounded argv, one lookup, one count. Novel: the whole
 * story, put together in per-CPU memory and sent once.
 */
#include "maps.h"
#include "known.h"
#include "file.h"

#define STRINGS_BYTES (2 * NAME_MAX_BYTES + PATH_MAX_BYTES + COMM_BYTES + ARGV_MAX_BYTES)

struct scratch {
	__u64 argv[ARGV_KEY_BYTES / 8];
	char path[PATH_MAX_BYTES + 256];
	struct exec_record record;
	char strings[8192]; /* STRINGS_BYTES of it are used; the masks below need a power of two and one more string */
	char spare[ARGV_MAX_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Reads what of argv enters the key. User memory just written by execve is present; what can't be read counts as empty.
 */
static __always_inline void mix_argv(struct sip *s, struct scratch *scratch, unsigned long start, __u64 length)
{
	__u32 bytes = length < ARGV_KEY_BYTES ? length : ARGV_KEY_BYTES;
	__u32 words;

	barrier_value(bytes);
	if (bytes > ARGV_KEY_BYTES)
		bytes = ARGV_KEY_BYTES;
	if (bpf_probe_read_user(scratch->argv, bytes, (void *)start))
		bytes = 0;
	words = bytes / 8;
	for (__u32 i = 0; i < ARGV_KEY_BYTES / 8; i++) {
		if (i >= words)
			break;
		sip_word(s, scratch->argv[i]);
	}
	if (bytes % 8)
		sip_word(s, scratch->argv[words & (ARGV_KEY_BYTES / 8 - 1)] & ((1ull << (bytes % 8 * 8)) - 1));
	sip_word(s, length);
}

static __always_inline __u64 coarse_key(__u64 container, __u64 file, __u32 uid)
{
	struct sip s;

	sip_start(&s, secret0, secret1);
	sip_word(&s, KEY_EXEC_COARSE);
	sip_word(&s, container);
	sip_word(&s, file);
	sip_word(&s, uid);
	return sip_end(&s);
}

/* Up to HF_ANCESTORS, ending with the first that is outside the container. */
static __always_inline void read_ancestors(struct task_struct *task, __u64 container, struct hf_process *ancestors)
{
	for (int i = 0; i < HF_ANCESTORS; i++) {
		struct process_value *process;
		__u64 owner;
		__u32 pid;

		task = BPF_CORE_READ(task, real_parent, group_leader);
		if (!task)
			break;
		pid = BPF_CORE_READ(task, tgid);
		if (!pid)
			break;
		ancestors[i].pid = pid;
		ancestors[i].start = start_of(task);
		ancestors[i].uid = BPF_CORE_READ(task, cred, euid.val);
		owner = container_of_task(task);
		process = bpf_map_lookup_elem(&processes, &pid);
		if (process && process->container == container)
			ancestors[i].program = process->program;
		if (owner != container)
			break;
	}
}

static __always_inline __u32 append_kernel(struct scratch *scratch, __u32 at, __u32 bound, const void *from,
					   __u16 *length)
{
	long n;

	at &= 4095;
	barrier_value(at);
	n = bpf_probe_read_kernel_str(&scratch->strings[at & 4095], bound, from);
	if (n <= 0 || n > bound) {
		*length = 0;
		return at;
	}
	*length = n - 1;
	if (n == bound)
		scratch->record.e.h.flags |= HF_FLAG_TRUNCATED;
	return at + n - 1;
}

static __always_inline __u32 append_path(struct scratch *scratch, __u32 at, struct dentry *dentry, __u16 *length)
{
	bool cut;
	__u32 from = read_path(dentry, scratch->path, &cut);
	__u32 n = PATH_MAX_BYTES - from;

	if (from > PATH_MAX_BYTES || n > PATH_MAX_BYTES)
		n = 0;
	at &= 4095;
	barrier_value(at);
	barrier_value(n);
	n &= 2 * PATH_MAX_BYTES - 1;
	if (n > PATH_MAX_BYTES)
		n = 0;
	/* from + n = PATH_MAX_BYTES: the mask keeps it in the buffer, the spare component behind it makes the verifier
	 * sure */
	if (n && bpf_probe_read_kernel(&scratch->strings[at & 4095], n, &scratch->path[from & (PATH_MAX_BYTES - 1)]))
		n = 0;
	*length = n;
	if (cut)
		scratch->record.e.h.flags |= HF_FLAG_TRUNCATED;
	return at + n;
}

static __always_inline __u32 append_argv(struct scratch *scratch, __u32 at, unsigned long start, __u64 whole,
					 __u16 *length)
{
	__u32 n = whole < ARGV_MAX_BYTES ? whole : ARGV_MAX_BYTES;

	at &= 4095;
	barrier_value(at);
	barrier_value(n);
	if (n > ARGV_MAX_BYTES)
		n = ARGV_MAX_BYTES;
	if (bpf_probe_read_user(&scratch->strings[at & 4095], n, (void *)start))
		n = 0;
	if (n < whole)
		scratch->record.e.h.flags |= HF_FLAG_TRUNCATED;
	*length = n;
	return at + n;
}

/* The kernel's mark of a PID namespace's first process; include/linux/sched/signal.h */
#define SIGNAL_UNKILLABLE 0x40

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	__u64 container = container_of_current();
	struct process_value process = {}, *parent, *before;
	struct container_value *c;
	struct returned_value *back;
	struct scratch *scratch;
	struct exec_record *record;
	struct sip s;
	__u64 now, key, length;
	unsigned long arg_start, arg_end;
	__u32 zero = 0, pid, parent_pid, at;
	__u64 parent_file = 0, capabilities = 0;
	bool coarse = false, entered = false;
	char comm[COMM_BYTES + 8] = {}; /* longer than any: what fills its bound counts as cut */

	if (!container)
		return 0;
	c = bpf_map_lookup_elem(&containers, &container);
	back = bpf_map_lookup_elem(&returned, &container);
	scratch = bpf_map_lookup_elem(&scratches, &zero);
	if (!c || !back || !scratch)
		return 0;
	now = bpf_ktime_get_boot_ns();
	record = &scratch->record;
	pid = BPF_CORE_READ(task, tgid);
	add(&c->execs, 1);

	process.start = start_of(task);
	process.container = container;
	process.uid = BPF_CORE_READ(task, cred, euid.val);
	if (BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == host_mntns)
		process.flags = HF_FLAG_HOST_MNTNS;
	before = bpf_map_lookup_elem(&processes, &pid);
	if (before && before->container == container)
		process.reported = before->reported;

	read_file(BPF_CORE_READ(bprm, file), process.flags, &record->e.file);
	record->seen_dev = BPF_CORE_READ(bprm, file, f_inode, i_sb, s_dev);
	process.file = file_key(secret0, secret1, record->e.file.dev, record->e.file.ino, record->e.file.gen,
				record->e.file.ctime);
	parent_pid = BPF_CORE_READ(task, real_parent, tgid);
	parent = bpf_map_lookup_elem(&processes, &parent_pid);
	if (parent && parent->container == container)
		parent_file = parent->file;

	arg_start = BPF_CORE_READ(task, mm, arg_start);
	arg_end = BPF_CORE_READ(task, mm, arg_end);
	length = arg_end > arg_start ? arg_end - arg_start : 0;
	/* whole: what it is made of has changed, its eight bytes have not */
	BPF_CORE_READ_INTO(&capabilities, task, cred, cap_effective);
	exec_key_start(&s, secret0, secret1, container, process.file, parent_file, process.uid, capabilities,
		       BPF_CORE_READ(task, signal, flags) & SIGNAL_UNKILLABLE);
	mix_argv(&s, scratch, arg_start, length);
	key = sip_end(&s);

	if (!known_touch(key, now)) {
		if (c->fine - back->fine < known_bound(FINE_EXECS)) {
			entered = known_enter(key, container, key, HF_COUNT_EXEC, false, now);
			if (entered)
				add32(&c->fine, 1);
		} else {
			key = coarse_key(container, process.file, process.uid);
			if (!known_touch(key, now)) {
				coarse = true;
				if (c->coarse - back->coarse < known_bound(COARSE_EXECS))
					entered = known_enter(key, container, key, HF_COUNT_EXEC, true, now);
				if (entered)
					add32(&c->coarse, 1);
			}
		}
		/* neither known nor entered: another CPU was first, or there is no room */
		if (!entered && !known_touch(key, now))
			add(&c->exec_limit, 1);
	}
	process.program = key;

	if (entered) {
		struct hf_exec *e = &record->e;

		__builtin_memset(&e->h, 0, sizeof(e->h));
		e->h.type = HF_EXEC;
		e->h.flags = process.flags | (coarse ? HF_FLAG_COARSE : 0);
		e->h.time = now;
		e->h.container = container;
		e->self.start = process.start;
		e->self.program = key;
		e->self.pid = pid;
		e->self.uid = process.uid;
		__builtin_memset(e->ancestors, 0, sizeof(e->ancestors));
		read_ancestors(task, container, e->ancestors);
		e->key = key;
		e->capabilities = capabilities;
		e->gid = BPF_CORE_READ(task, cred, egid.val);
		e->argc = BPF_CORE_READ(bprm, argc);

		/* the strings follow the record at once: struct scratch has them side by side */
		at = append_kernel(scratch, 0, NAME_MAX_BYTES, BPF_CORE_READ(bprm, filename), &record->lengths[0]);
		at = append_kernel(scratch, at, NAME_MAX_BYTES, BPF_CORE_READ(bprm, interp), &record->lengths[1]);
		at = append_path(scratch, at, BPF_CORE_READ(bprm, file, f_path.dentry), &record->lengths[2]);
		bpf_get_current_comm(comm, COMM_BYTES);
		at = append_kernel(scratch, at, sizeof(comm), comm, &record->lengths[3]);
		at = append_argv(scratch, at, arg_start, length, &record->lengths[4]);
		barrier_value(at);
		at &= 8191;
		if (at > STRINGS_BYTES)
			at = STRINGS_BYTES;
		if (submit(c, back, record, sizeof(*record) + at, now)) {
			process.reported = 1;
		} else {
			known_leave(key);
			add32(coarse ? &c->coarse : &c->fine, -1);
		}
	}
	bpf_map_update_elem(&processes, &pid, &process, BPF_ANY);
	return 0;
}

/* Attached nowhere: user space runs it once to learn whether this kernel's overlay shows the file below. */
SEC("raw_tp")
int overlay_readable(void *context)
{
	struct ovl_inode *overlay = NULL;

	return bpf_core_field_exists(overlay->oe) ||
	       bpf_core_field_exists(((struct ovl_inode___path *)overlay)->lowerpath) ||
	       bpf_core_field_exists(((struct ovl_inode___inode *)overlay)->lower);
}
