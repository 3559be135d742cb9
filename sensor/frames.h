/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/*
 * The wire between the sensor and the agent: length-prefixed frames on a pipe.
 *
 * Little endian, naturally aligned, no implicit padding (the layout test reads
 * these structs from BTF and compares them with src/sensor/layout.ts).
 * A frame is: a fixed struct that starts with hf_header, then the strings that
 * its comment names, in that order, each a u16 byte length and the bytes (no
 * terminator, not necessarily UTF-8). header.size counts all of it.
 *
 * Ordering: frames leave in the order the sensor saw things. An event may come
 * before the HF_FILE_HASH of the file it names; the agent joins on hf_file.
 */
#ifndef HOLDFAST_FRAMES_H
#define HOLDFAST_FRAMES_H

#define HF_PROTOCOL 1
#define HF_ANCESTORS 6
#define HF_FRAME_MAX 8192 /* no frame is larger */

enum hf_type {
	HF_HELLO = 1,
	HF_CAPABILITY = 2,
	HF_HEARTBEAT = 3,
	HF_CONTAINER = 4,
	HF_EXEC = 5,
	HF_FORK = 6,
	HF_EXIT = 7,
	HF_OPEN = 8,
	HF_FILE_HASH = 9,
	HF_MAPPING = 10,
	HF_CONNECTION = 11,
	HF_COUNT = 12,
	HF_GAP = 13,
	HF_STATS = 14,
};

struct hf_header {
	__u32 size;
	__u16 type;	     /* enum hf_type */
	__u16 flags;	     /* HF_FLAG_* */
	__u64 seq;	     /* of this sensor; a hole = frames the sensor dropped */
	__u64 time;	     /* CLOCK_BOOTTIME ns at which the kernel saw it */
	__u64 container;     /* cgroup2 id of the container; 0 = none */
	__u32 container_seq; /* of this container; a hole = its frames were dropped */
	__u32 reserved;
};
#define HF_FLAG_SNAPSHOT 1   /* read from /proc, not seen happening */
#define HF_FLAG_HOST_MNTNS 2 /* the process is in the host's mount namespace (the runtime, or an escape) */
#define HF_FLAG_OUTSIDE 4    /* done by a process that is not in the container */
#define HF_FLAG_COARSE 8     /* this container is over its bound of distinct argv: argv is left out of the key */
#define HF_FLAG_TRUNCATED 16 /* a string or list in this frame was cut at its bound */

/* Where the bytes of a file lie. */
enum hf_place {
	HF_PLACE_UNKNOWN = 0,
	HF_PLACE_LOWER = 1, /* overlay, image layer */
	HF_PLACE_UPPER = 2, /* overlay, written or copied up since the container was made */
	HF_PLACE_TMPFS = 3,
	HF_PLACE_VOLUME = 4, /* another filesystem, bind-mounted */
	HF_PLACE_MEMFD = 5,  /* no file system at all */
	HF_PLACE_HOST = 6,   /* a host file seen from the host's mount namespace */
};
#define HF_FILE_UNLINKED 1 /* no directory entry: O_TMPFILE, or removed while in use */
#define HF_FILE_NO_CTIME 2 /* this kernel does not show ctime there: match on the newest */
#define HF_FILE_NO_GEN 4   /* generation not known: match on device and inode */

/*
 * One version of one file's content. dev and ino are the *real* file's (under
 * an overlay: the lower's or upper's on the snapshot filesystem), dev in the
 * kernel's encoding (major << 20 | minor). ctime moves with each modification.
 */
struct hf_file {
	__u64 dev;
	__u64 ino;
	__u64 ctime; /* ns since the epoch */
	__u32 gen;
	__u16 mode; /* st_mode */
	__u8 place; /* enum hf_place */
	__u8 flags; /* HF_FILE_* */
};

/* A process: pid + start names it; program is the key of the exec it runs. */
struct hf_process {
	__u64 start;   /* CLOCK_BOOTTIME ns of its thread group leader; 0 = not known */
	__u64 program; /* hf_exec.key of its last exec; 0 = started before the sensor and not read */
	__u32 pid;     /* in the sensor's pid namespace; 0 = empty */
	__u32 uid;     /* effective, in the initial user namespace */
};

/* strings: boot id, sensor version, kernel release */
struct hf_hello {
	struct hf_header h;
	__u32 protocol;
	__u32 pid;
	__u64 realtime_offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */
	__u64 started;	       /* CLOCK_BOOTTIME ns */
};

enum hf_capability_state {
	HF_CAP_SHOWN = 1,
	HF_CAP_PARTIAL = 2,
	HF_CAP_REFUSED = 3, /* the kernel said no: detail has the errno and the call */
	HF_CAP_ABSENT = 4,  /* this kernel has no such hook, or the sensor does not read it */
};
/* strings: name (the closed list stands in src/sensor/capability.ts), detail */
struct hf_capability {
	struct hf_header h;
	__u32 state;
	__u32 reserved;
};

/* each second; the counters run since the sensor's start */
struct hf_heartbeat {
	struct hf_header h;
	__u64 ring_records; /* BPF ring */
	__u64 ring_lost;
	__u64 perf_records; /* mappings */
	__u64 perf_lost;
	__u64 fanotify_events;
	__u64 fanotify_overflows;
	__u64 queue_lost; /* frames refused because the agent did not read */
	__u64 hashed_files;
	__u64 hashed_bytes;
	__u32 containers;
	__u32 hash_backlog;
	__u32 rss_kib;
	__u32 reserved;
};

enum hf_container_state {
	HF_CONTAINER_SEEN = 1,	  /* its cgroup exists */
	HF_CONTAINER_MARKED = 2,  /* files on its root are watched */
	HF_CONTAINER_STARTED = 3, /* its own first exec was seen */
	HF_CONTAINER_GONE = 4,	  /* its cgroup was removed */
};
#define HF_CONTAINER_OLDER 1	    /* it ran before the sensor did */
#define HF_CONTAINER_SHARED_GROUP 2 /* shares a fanotify queue with others */
#define HF_CONTAINER_LATE 4	    /* its first exec came before the mark */
/* sent at each change of state; strings: containerd namespace, id, cgroup path, root path on the host */
struct hf_container {
	struct hf_header h;
	__u32 state;
	__u32 flags;
	__u64 marked;	  /* boot ns; 0 = not yet */
	__u64 first_exec; /* boot ns; 0 = none seen */
	__u32 pid;	  /* its first process; 0 = not known */
	__u32 reserved;
};

/*
 * First sight of (container, file, parent's file, uid, hash of the bounded argv).
 * strings: filename as given to the kernel, interp, path inside the file's
 * filesystem, comm, argv (NUL-separated, bounded)
 */
struct hf_exec {
	struct hf_header h;
	struct hf_process self;
	struct hf_process ancestors[HF_ANCESTORS]; /* [0] = parent; stops at the container's edge (the first outside it
						      is included) */
	struct hf_file file;			   /* what runs: of a script, its interpreter */
	__u64 key;
	__u64 capabilities; /* effective */
	__u32 gid;
	__u32 argc; /* of the whole argv, also where the bytes were cut */
};

/* First fork of a program (known key: container, program). No strings. */
struct hf_fork {
	struct hf_header h;
	struct hf_process parent;
	struct hf_process child;
};

/* Sent only for a process whose own exec or fork frame was sent. No strings. */
struct hf_exit {
	struct hf_header h;
	struct hf_process self;
	__u32 code; /* as wait(2) gives it */
	__u32 reserved;
};

enum hf_open_kind {
	HF_OPEN_READ = 1,
	HF_OPEN_EXEC = 2,    /* opened to be executed: also the script of an interpreter */
	HF_OPEN_WRITTEN = 3, /* closed after it was open for writing */
};
/* strings: path in the container (d_path of what was opened) */
struct hf_open {
	struct hf_header h;
	struct hf_process who; /* pid 0 = could not be told */
	struct hf_file file;
	__u64 size;
	__u32 kind;
	__u32 reserved;
};

enum hf_hash_status {
	HF_HASH_OK = 1,
	HF_HASH_TOO_BIG = 2,
	HF_HASH_TOO_SLOW = 3,
	HF_HASH_GONE = 4,     /* it could no longer be opened */
	HF_HASH_CHANGING = 5, /* it changed while it was read, three times */
	HF_HASH_ERROR = 6,
	HF_HASH_BACKLOG = 7, /* the queue was full: it is asked again at the next sight */
};
/*
 * The content of one hf_file, once per version however many containers use it.
 * header.container is the first that needed it. strings: path (as best known), detail of an error
 */
struct hf_file_hash {
	struct hf_header h;
	struct hf_file file;
	__u64 size;
	__u32 status;
	__u32 micros;
	__u8 sha256[32];
};

/*
 * First sight of (container, file) mapped executable, or of anonymous
 * executable memory of a program (file all zero). strings: path as the kernel names it
 */
struct hf_mapping {
	struct hf_header h;
	struct hf_process who;
	struct hf_file file;
	__u64 key;
	__u64 address;
	__u64 length;
	__u64 offset;
	__u32 protection; /* PROT_* */
	__u32 map_flags;  /* MAP_* */
};

enum hf_connection_op {
	HF_CONNECT = 1,
	HF_BIND = 2,
	HF_SEND = 3, /* a datagram on an unconnected socket */
};
/* First sight of (container, protocol, direction, peer, port). No strings. */
struct hf_connection {
	struct hf_header h;
	struct hf_process who;
	__u64 key;
	__u8 address[16]; /* network order; IPv4 in the first four bytes, also where it came mapped */
	__u16 port;	  /* host order */
	__u8 op;
	__u8 family;   /* 4 or 6: of the address after unmapping */
	__u8 protocol; /* IPPROTO_* */
	__u8 mapped;   /* 1: an IPv4 address that came as ::ffff:a.b.c.d */
	__u16 reserved;
};

enum hf_count_kind {
	HF_COUNT_EXEC = 1,
	HF_COUNT_FORK = 2,
	HF_COUNT_MAPPING = 3,
	HF_COUNT_CONNECTION = 4,
};
/* Each minute, for the keys that moved since; also once when the container ends. No strings. */
struct hf_count {
	struct hf_header h;
	__u64 key;
	__u64 count; /* since first */
	__u64 first; /* boot ns */
	__u64 last;
	__u32 kind;
	__u32 reserved;
};

enum hf_gap_cause {
	HF_GAP_RING = 1,       /* the BPF ring was full, or the container over its share of it */
	HF_GAP_PERF = 2,       /* mapping records lost; repaired by reading /proc/PID/maps (see to) */
	HF_GAP_FANOTIFY = 3,   /* a file event queue overflowed */
	HF_GAP_QUEUE = 4,      /* the agent did not read fast enough */
	HF_GAP_MARK_LATE = 5,  /* files opened before the mark */
	HF_GAP_OLDER = 6,      /* ran before the sensor */
	HF_GAP_EXEC_LIMIT = 7, /* more distinct executions than are remembered */
	HF_GAP_FILE_LIMIT = 8,
	HF_GAP_CONNECTION_LIMIT = 9,
	HF_GAP_MAPPING_LIMIT = 10,
	HF_GAP_HASH_BACKLOG = 11,
	HF_GAP_VOLUME_LATE = 12, /* files opened on a volume before its mark */
	HF_GAP_MARK_FAILED = 13, /* files of this container are not watched: detail says why */
};
/* Something this container did may not have been seen. container 0 = all that ran. strings: detail */
struct hf_gap {
	struct hf_header h;
	__u64 from;  /* boot ns */
	__u64 to;    /* boot ns; 0 = still open */
	__u64 count; /* events lost; 0 = not known */
	__u32 cause;
	__u32 repaired; /* 1: what was lost was read again another way */
};

/* Counters of one container since it was first seen; sent each minute when they moved, and at its end. */
struct hf_stats {
	struct hf_header h;
	__u64 execs;
	__u64 forks;
	__u64 exits;
	__u64 connections;
	__u64 file_events;
	__u64 mappings;
	__u64 lost_ring;
	__u64 lost_perf;
	__u64 lost_fanotify;
	__u64 lost_queue;
	__u32 known_execs;
	__u32 known_files;
	__u32 known_connections;
	__u32 known_mappings;
};

#endif
