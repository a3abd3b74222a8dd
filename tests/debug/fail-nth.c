// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program and has one allocation of the kernel fail on its behalf:
 *
 *   fail-nth N SYSCALL COMMAND...
 *
 * SYSCALL is finit_module or sendmsg; allocations are counted in all such calls
 * together, from 1. Exits as COMMAND does, or with 99 if that succeeded without
 * an Nth allocation, or with 98 if this program is what failed.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTHING_FAILED	99
#define NO_TEST		98

static pid_t child;

static long call_number(const char *name)
{
	if (!strcmp(name, "finit_module"))
		return SYS_finit_module;
	if (!strcmp(name, "sendmsg"))
		return SYS_sendmsg;
	errx(NO_TEST, "no such call: %s", name);
}

/* The kernel counts down to 0, which is when it failed. */
static FILE *countdown(const char *mode)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", child, child);
	f = fopen(path, mode);
	if (!f)
		err(NO_TEST, "%s", path);
	return f;
}

static void set_countdown(unsigned int n)
{
	FILE *f = countdown("w");

	fprintf(f, "%u", n);
	if (fclose(f))
		err(NO_TEST, "cannot set fail-nth");
}

static unsigned int get_countdown(void)
{
	FILE *f = countdown("r");
	unsigned int n;

	if (fscanf(f, "%u", &n) != 1)
		errx(NO_TEST, "cannot read fail-nth");
	fclose(f);
	return n;
}

/* Return: how the child stopped or ended */
static int go_on(int sig)
{
	int status;

	if (ptrace(PTRACE_SYSCALL, child, 0, sig) || waitpid(child, &status, 0) != child)
		err(NO_TEST, "ptrace");
	return status;
}

int main(int argc, char **argv)
{
	struct __ptrace_syscall_info info;
	unsigned int left;
	int status, inside = 0;
	long call;

	if (argc < 4)
		errx(NO_TEST, "usage: fail-nth N SYSCALL COMMAND...");
	left = strtoul(argv[1], NULL, 10);
	call = call_number(argv[2]);

	child = fork();
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		err(NO_TEST, "%s", argv[3]);
	}
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		err(NO_TEST, "cannot start %s", argv[3]);

	status = go_on(0);
	while (WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);

		if (sig != (SIGTRAP | 0x80)) {
			status = go_on(sig == SIGTRAP ? 0 : sig);
			continue;
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0)
			err(NO_TEST, "PTRACE_GET_SYSCALL_INFO");
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY && left &&
		    (long)info.entry.nr == call) {
			set_countdown(left);
			inside = 1;
		} else if (inside) {
			inside = 0;
			left = get_countdown();
			set_countdown(0);
		}
		status = go_on(0);
	}
	if (!WIFEXITED(status))
		return 128 + WTERMSIG(status);
	return left && !WEXITSTATUS(status) ? NOTHING_FAILED : WEXITSTATUS(status);
}
