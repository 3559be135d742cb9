/* SPDX-License-Identifier: Apache-2.0 */
/* A program that does one thing at a time, the usual and the unusual way, so that a test can see what the sensor shows
 * of it. */
#ifndef DOER_H
#define DOER_H

/* Each verb takes its own arguments (args[0] is the first after the verb) and returns an exit code. */
typedef int (*verb)(int count, char **args);

int do_exec(int count, char **args);
int do_execveat(int count, char **args);
int do_fexecve(int count, char **args);
int do_exec_memfd(int count, char **args);
int do_exec_proc_fd(int count, char **args);
int do_exec_unlinked(int count, char **args);
int do_exec_tmpfile(int count, char **args);
int do_exec_many(int count, char **args);
int do_fork(int count, char **args);

int do_open(int count, char **args);
int do_openat2(int count, char **args);
int do_open_io_uring(int count, char **args);
int do_open_by_handle(int count, char **args);
int do_open_proc_fd(int count, char **args);
int do_write(int count, char **args);
int do_append_loop(int count, char **args);
int do_flood_files(int count, char **args);

int do_map(int count, char **args);
int do_map_mprotect(int count, char **args);
int do_map_memfd(int count, char **args);
int do_map_anonymous(int count, char **args);

int do_connect(int count, char **args);
int do_bind(int count, char **args);
int do_send(int count, char **args);
int do_flood_connect(int count, char **args);

int fail(const char *what); /* prints errno, returns 1 */
int copy_into(int to, const char *path);

#endif
