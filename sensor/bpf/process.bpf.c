// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Forks and exits: who runs what, so that any other event can be told by its pid, also shortly after death. */
#include "maps.h"
#include "known.h"

#define SIGNAL_GROUP_EXIT 4 /* include/linux/sched/signal.h: the group's code stands for all its threads */

static __always_inline void describe(struct hf_process *to, __u32 pid, const struct process_value *from)
{
	to->pid = pid;
	to->start = from->start;
	to->program = from->program;
	to->uid = from->uid;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = child->tgid, parent_pid = parent->tgid;
	struct process_value process = {}, *known_parent;
	struct container_value *c;
	struct returned_value *back;
	struct hf_fork fork = {};
	__u64 container, key, now;

	if (child->pid != child->tgid) /* a thread */
		return 0;
	container = container_of_task(child); /* not the parent's: clone3 can start it in another cgroup */
	if (!container)
		return 0;
	c = bpf_map_lookup_elem(&containers, &container);
	back = bpf_map_lookup_elem(&returned, &container);
	if (!c || !back)
		return 0;
	now = bpf_ktime_get_boot_ns();
	add(&c->forks, 1);
	known_parent = bpf_map_lookup_elem(&processes, &parent_pid);
	if (known_parent && known_parent->container == container) {
		process.program = known_parent->program;
		process.file = known_parent->file;
		/* the runtime's last process leaves the host's mounts first, and executes later */
		process.flags = known_parent->flags;
	}
	process.start = start_of(child);
	process.container = container;
	process.uid = BPF_CORE_READ(child, cred, euid.val);
	if (BPF_CORE_READ(child, nsproxy, mnt_ns, ns.inum) == host_mntns)
		process.flags = HF_FLAG_HOST_MNTNS;

	key = fork_key(secret0, secret1, container, process.program);
	if (!known_touch(key, now) && c->known_forks - back->forks < known_bound(KNOWN_FORKS) &&
	    known_enter(key, container, process.program, HF_COUNT_FORK, false, now)) {
		add32(&c->known_forks, 1);
		fork.h.type = HF_FORK;
		fork.h.flags = process.flags;
		fork.h.time = now;
		fork.h.container = container;
		describe(&fork.child, pid, &process);
		fork.parent.pid = parent_pid;
		fork.parent.start = start_of(parent->group_leader);
		fork.parent.program = process.program;
		fork.parent.uid = BPF_CORE_READ(parent, cred, euid.val);
		if (submit(c, back, &fork, sizeof(fork), now)) {
			process.reported = 1;
		} else {
			known_leave(key);
			add32(&c->known_forks, -1);
		}
	}
	bpf_map_update_elem(&processes, &pid, &process, BPF_ANY);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 pid = task->tgid;
	struct process_value *process;
	struct container_value *c;
	struct returned_value *back;
	struct hf_exit exit = {};
	__u64 container;

	if (BPF_CORE_READ(task, signal, live.counter)) /* not its last thread */
		return 0;
	process = bpf_map_lookup_elem(&processes, &pid);
	if (!process)
		return 0;
	container = process->container;
	c = bpf_map_lookup_elem(&containers, &container);
	back = bpf_map_lookup_elem(&returned, &container);
	if (c && back) {
		add(&c->exits, 1);
		if (process->reported) {
			exit.h.type = HF_EXIT;
			exit.h.flags = process->flags;
			exit.h.time = bpf_ktime_get_boot_ns();
			exit.h.container = container;
			describe(&exit.self, pid, process);
			exit.code = BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT
					? BPF_CORE_READ(task, signal, group_exit_code)
					: BPF_CORE_READ(task, group_leader, exit_code);
			submit(c, back, &exit, sizeof(exit), exit.h.time);
		}
	}
	process->ended = bpf_ktime_get_boot_ns();
	bpf_map_update_elem(&dead, &pid, process, BPF_ANY);
	bpf_map_delete_elem(&processes, &pid);
	return 0;
}
