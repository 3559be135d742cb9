// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "clock.h"
#include "emit.h"
#include "kernel.h"
#include "kernel_state.h"
#include "options.h"
#include "probe.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* 6.5 and up */
#endif

static __u64 started;

static struct text text(const char *s)
{
	return (struct text){s, strlen(s)};
}

void probe_hello(void)
{
	struct hf_hello hello = {
	    .protocol = HF_PROTOCOL, .pid = (__u32)getpid(), .realtime_offset = clock_realtime_offset()};
	struct utsname name = {0};
	char boot[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, boot, sizeof(boot) - 1);

	if (fd >= 0)
		close(fd);
	boot[n > 0 ? n : 0] = 0;
	boot[strcspn(boot, "\n")] = 0;
	uname(&name);
	if (!started)
		started = clock_boot();
	hello.h.time = hello.started = started;
	emit(&hello.h, HF_HELLO, sizeof(hello), (struct text[]){text(boot), text(HOLDFAST_VERSION), text(name.release)},
	     3);
}

__attribute__((format(printf, 3, 4))) static void say(const char *name, enum hf_capability_state state,
						      const char *format, ...)
{
	struct hf_capability frame = {.h = {.time = clock_boot()}, .state = state};
	char detail[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	emit(&frame.h, HF_CAPABILITY, sizeof(frame), (struct text[]){text(name), text(detail)}, 2);
}

static void say_tried(const char *name, int error, const char *call)
{
	if (!error)
		say(name, HF_CAP_SHOWN, "%s", call);
	else if (error == ENOSYS || error == ENOENT || error == ESRCH || error == EINVAL || error == EOPNOTSUPP)
		say(name, HF_CAP_ABSENT, "%s: %s", call, strerrorname_np(error));
	else
		say(name, HF_CAP_REFUSED, "%s: %s", call,
		    strerrorname_np(error) ? strerrorname_np(error) : "unknown error");
}

/* Several hooks make one capability: all, some or none of them are there. */
static void hooks(int kernel_error)
{
	for (unsigned i = 0; i < kernel_hooks_count; i++) {
		const char *name = kernel_hooks[i].capability, *missing = NULL;
		unsigned all = 0, refused = 0;
		int error = 0;

		if (i && !strcmp(name, kernel_hooks[i - 1].capability))
			continue;
		for (unsigned j = i; j < kernel_hooks_count && !strcmp(name, kernel_hooks[j].capability); j++) {
			all++;
			if (kernel_hooks[j].error) {
				refused++;
				error = kernel_hooks[j].error;
				missing = kernel_hooks[j].program;
			}
		}
		if (!kernel_object)
			say_tried(name, -kernel_error, "bpf");
		else if (!refused)
			say(name, HF_CAP_SHOWN, "bpf");
		else if (refused < all)
			say(name, HF_CAP_PARTIAL, "bpf %s: %s", missing, strerrorname_np(error));
		else
			say_tried(name, error, "bpf");
	}
}

static int try_fanotify(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE, AT_FDCWD,
			  "/proc/self/ns") &&
	    fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE, AT_FDCWD, "/"))
		error = errno;
	close(fd);
	return error;
}

static int try_guard(void)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	/* on the sensor's own binary, for the blink of an eye: nobody executes it now */
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, "/proc/self/exe"))
		error = errno;
	close(fd);
	return error;
}

/* What leads to a container's mounts. A process that lets nobody look at it stands for those of other users. */
static int try_enter(void)
{
	int ready[2], fd, error = 0;
	char path[64], byte;
	pid_t child;

	if (pipe2(ready, O_CLOEXEC))
		return errno;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	close(ready[1]);
	snprintf(path, sizeof(path), "/proc/%d/root", child);
	fd = child > 0 && read(ready[0], &byte, 1) == 1 ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		error = errno;
	else
		close(fd);
	close(ready[0]);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return error;
}

static int try_perf(void)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = PERF_COUNT_SW_DUMMY,
	    .mmap = 1,
	    .mmap2 = 1,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

static int try_handle(int flags, int *opened)
{
	struct {
		struct file_handle h;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = {.h = {.handle_bytes = MAX_HANDLE_SZ}};
	int mount, fd, by;

	if (name_to_handle_at(AT_FDCWD, "/proc/self/exe", &handle.h, &mount, flags | AT_SYMLINK_FOLLOW))
		return errno;
	if (!opened)
		return 0;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	by = open_by_handle_at(fd, &handle.h, O_RDONLY | O_CLOEXEC);
	*opened = by < 0 ? errno : 0;
	if (by >= 0)
		close(by);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Loads and attaches, for a moment, a program that does nothing: only attaching makes the trampoline. */
static int try_trampoline(const struct btf *kernel, enum bpf_prog_type type, enum bpf_attach_type attach,
			  const char *function)
{
	struct bpf_insn nothing[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	    {.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = attach);
	int id = kernel ? btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC) : -ENOENT, fd, link, error = 0;

	if (id <= 0)
		return id ? -id : ENOENT;
	load.attach_btf_id = (__u32)id;
	fd = bpf_prog_load(type, "holdfast_try", "GPL", nothing, sizeof(nothing) / sizeof(*nothing), &load);
	if (fd < 0)
		return errno;
	link = bpf_raw_tracepoint_open(NULL, fd);
	if (link < 0)
		error = errno;
	else
		close(link);
	close(fd);
	return error;
}

/* Extras. The kernel's BTF is read for them, several megabytes twice over: once for both. */
static void trampolines(void)
{
	struct btf *kernel = btf__load_vmlinux_btf();

	say_tried("fentry", try_trampoline(kernel, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "begin_new_exec"),
		  "bpf fentry");
	say_tried("lsm", try_trampoline(kernel, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_bprm_check_security"),
		  "bpf lsm");
	btf__free(kernel);
}

/* What no hook that the sensor uses can show, on any kernel: a reader must not take silence for absence. */
static void not_shown(void)
{
	static const char *const names[][2] = {
	    {"ptrace", "not read"},
	    {"mount", "not read; mounts made in a container are found each minute"},
	    {"setns", "not read"},
	    {"module-load", "not read"},
	    {"capability-use", "not read: cap_capable is noise from ordinary programs"},
	    {"raw-socket", "sends on raw and packet sockets raise no event"},
	    {"mmap-write", "writes through a shared mapping show only once it is unmapped and its file closed"},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		say(names[i][0], HF_CAP_ABSENT, "%s", names[i][1]);
}

void probe_all(int kernel_error)
{
	int by_handle = 0, error;

	hooks(kernel_error);
	if (!kernel_object)
		say_tried("overlay-layer", -kernel_error, "bpf");
	else if (kernel_overlay_readable())
		say("overlay-layer", HF_CAP_SHOWN, "ovl_inode in the kernel's BTF");
	else
		say("overlay-layer", HF_CAP_ABSENT, "no known ovl_inode in the kernel's BTF");
	say_tried("exec-argv", kernel_object ? kernel_hooks[0].error : -kernel_error, "bpf_probe_read_user");
	say_tried("file-open", try_fanotify(), "fanotify_mark");
	error = try_fanotify();
	if (!error)
		say_tried("volume-open", try_enter(), "open /proc/PID/root");
	else
		say_tried("volume-open", error, "fanotify_mark");
	say_tried("exec-mapping", try_perf(), "perf_event_open");
	say("hash", HF_CAP_SHOWN, "sha256, up to %llu bytes and %u ms a file",
	    (unsigned long long)options.hash_max_bytes, options.hash_max_millis);
	error = try_guard();
	if (!error && !options.guards)
		say("mark-before-start", HF_CAP_PARTIAL, "no guard was asked for: mountinfo alone may be late");
	else if (error)
		say("mark-before-start", HF_CAP_PARTIAL, "fanotify FAN_OPEN_EXEC_PERM: %s: mountinfo alone may be late",
		    strerrorname_np(error));
	else
		say("mark-before-start", HF_CAP_SHOWN, "fanotify FAN_OPEN_EXEC_PERM");
	say_tried("file-handle", try_handle(AT_HANDLE_FID, NULL), "name_to_handle_at AT_HANDLE_FID");
	error = try_handle(0, &by_handle);
	say_tried("open-by-handle", error ? error : by_handle, error ? "name_to_handle_at" : "open_by_handle_at");
	trampolines();
	not_shown();
	malloc_trim(0);
}
