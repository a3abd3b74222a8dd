// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scripts that Xen's toolstack calls for interfaces of vif work here, too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "say.h"
#include "script.h"

#define LIMIT	30	/* seconds */

static void child(const char *file, const char *word, const char *interface,
		  const char *path)
{
	char vif[64], xenbus[128];
	char * const env[] = { vif, xenbus, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char * const argv[] = { (char *)file, (char *)word, "type_if=vif", NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(vif, sizeof(vif), "vif=%s", interface);
	snprintf(xenbus, sizeof(xenbus), "XENBUS_PATH=%s", path);
	execve(file, argv, env);
	fprintf(stderr, "%s: %s\n", file, strerror(errno));
	_exit(127);
}

/* Return: its status as wait() tells it, or -1 if it was ended */
static int wait_for(pid_t pid)
{
	const struct timespec tenth = { .tv_nsec = 100 * 1000 * 1000 };
	int status, i;

	for (i = 0; i < LIMIT * 10; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (!(i % 10))
			sd_notify(0, "WATCHDOG=1");
		nanosleep(&tenth, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

/**
 * script_run() - call a script of Xen's hot-plug and wait for its end
 * @folder: where it is
 * @name: which
 * @word: "online" or "offline"
 * @interface: name of the interface
 * @path: of the backend's half in xenstore
 *
 * Return: 0, or -EIO after a line in the log
 */
int script_run(const char *folder, const char *name, const char *word,
	       const char *interface, const char *path)
{
	char file[256];
	int status;
	pid_t pid;

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		child(file, word, interface, path);
	status = wait_for(pid);
	if (status == -1)
		say_once("%s: %s %s was ended after %d seconds", interface, name, word, LIMIT);
	else if (status)
		say_once("%s: %s %s failed with status %d", interface, name, word,
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return status ? -EIO : 0;
}
