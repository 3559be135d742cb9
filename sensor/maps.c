// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "clock.h"
#include "containers.h"
#include "mappings.h"
#include "maps.h"
#include "members.h"
#include "processes.h"

#define MAPS_MAX 65536 /* lines per process: the kernel's own default bound of mappings */

/* Whether the file at a path inside c's mounts lies there is not asked: maps names it, map_files opens it. */
void maps_process(struct container *c, const struct hf_process *who, __u16 flags)
{
	char path[64], *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/maps", who->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	for (unsigned i = 0; i < MAPS_MAX && (n = getline(&line, &room, file)) > 0; i++) {
		unsigned long long start, end, offset, ino;
		unsigned major, minor;
		char protection[5];
		int name = 0;

		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, protection, &offset, &major, &minor,
			   &ino, &name) < 7)
			continue;
		if (protection[2] != 'x' || !name)
			continue;
		mappings_seen(c, &(struct mapping){
				     .who = *who,
				     .time = clock_boot(),
				     .address = start,
				     .length = end - start,
				     .offset = offset,
				     .ino = ino,
				     .dev = major << 20 | minor,
				     .protection = (protection[0] == 'r' ? PROT_READ : 0) |
						   (protection[1] == 'w' ? PROT_WRITE : 0) | PROT_EXEC,
				     .map_flags = protection[3] == 's' ? MAP_SHARED : MAP_PRIVATE,
				     .frame_flags = HF_FLAG_SNAPSHOT | flags,
				     .path = line + name,
				 });
	}
	free(line);
	fclose(file);
}

static void read_process_maps(__u32 pid, void *context)
{
	const struct container *c = context;
	struct hf_process who = {0};
	__u64 cgid;
	__u32 flags = 0;

	/* its runtime, on its way in, has mapped the host's files */
	if (process_find(pid, 0, &who, &cgid, &flags) && (who.program || c->older))
		maps_process(context, &who, (__u16)(flags & HF_FLAG_HOST_MNTNS));
}

void maps_container(struct container *c)
{
	members_each(c, read_process_maps, c);
}
