/* The door that a worker process closes behind itself before it sees the first outside byte.
 *
 * Afterwards the process can compute, use the descriptors it holds, start threads, and end; it
 * opens no file, makes no socket, runs no program and outgrows no limit. Several walls stand behind
 * each other: resource limits (setrlimit(2)), Landlock with no rule at all (landlock(7)), and a
 * list of allowed system calls (seccomp(2)); what a kernel lacks is left out and said to be. */
#pragma once

#include <glib.h>

/* Closes the door for the whole process, for good. Answers a line for a person that says which
 * walls stand and which this kernel or build lacks: "no new privileges, ..., system call filter;
 * missing: Landlock". Owned by the caller. */
char *sandbox_close(void);
