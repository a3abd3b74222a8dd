// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "loop.h"
#include "say.h"

#define DELAY	(20 * 1000)		/* collect what happens at the same time */
#define RETRY	(2 * 1000 * 1000)	/* after an error */

static uint64_t now(struct loop *l)
{
	uint64_t usec = 0;

	sd_event_now(l->event, CLOCK_MONOTONIC, &usec);
	return usec;
}

/* A pass at that time, or earlier if one was planned for then */
static void plan(struct loop *l, uint64_t at)
{
	uint64_t planned = UINT64_MAX;
	int enabled = SD_EVENT_OFF;

	if (l->ready && at < l->last + l->min_gap)
		at = l->last + l->min_gap;
	sd_event_source_get_enabled(l->timer, &enabled);
	if (enabled != SD_EVENT_OFF)
		sd_event_source_get_time(l->timer, &planned);
	if (planned <= at)
		return;
	sd_event_source_set_time(l->timer, at);
	sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
}

static void something_happened(struct loop *l)
{
	plan(l, now(l) + DELAY);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct loop *l = arg;
	int ret;

	(void)s;
	(void)usec;
	say_pass();
	ret = l->pass(l);
	l->last = now(l);
	if (!l->ready) {
		l->ready = true;
		sd_notify(0, "READY=1");
	}
	sd_notifyf(0, "STATUS=%s", l->status);
	plan(l, now(l) + (ret ? RETRY : l->period));
	return 0;
}

static int on_xenstore(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct loop *l = arg;
	char **event;

	(void)s;
	(void)fd;
	if (revents & (EPOLLERR | EPOLLHUP)) {
		say(LOG_ERR, "the connection to xenstore is closed");
		return sd_event_exit(l->event, 1);
	}
	while ((event = xs_check_watch(l->xs)))
		free(event);
	something_happened(l);
	return 0;
}

static int on_rtnl(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct loop *l = arg;

	(void)s;
	(void)fd;
	(void)revents;
	if (rtnl_drain(&l->rtnl)) {
		say(LOG_ERR, "rtnetlink: %s", strerror(errno));
		return sd_event_exit(l->event, 1);
	}
	something_happened(l);
	return 0;
}

static int on_file(sd_event_source *s, const struct inotify_event *event, void *arg)
{
	(void)s;
	(void)event;
	something_happened(arg);
	return 0;
}

static int on_hangup(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	(void)s;
	(void)si;
	something_happened(arg);
	return 0;
}

static int start_xenstore(struct loop *l)
{
	unsigned int i;

	l->xs = xs_open(0);
	if (!l->xs) {
		say(LOG_ERR, "no xenstore: %s", strerror(errno));
		return -errno;
	}
	for (i = 0; l->watches[i]; i++)
		if (!xs_watch(l->xs, l->watches[i], "")) {
			say(LOG_ERR, "xenstore: watch %s: %s", l->watches[i], strerror(errno));
			return -errno;
		}
	return sd_event_add_io(l->event, NULL, xs_fileno(l->xs), EPOLLIN, on_xenstore, l);
}

static int start_rtnl(struct loop *l)
{
	int ret = rtnl_open(&l->rtnl);

	if (ret) {
		say(LOG_ERR, "no rtnetlink: %s", strerror(-ret));
		return ret;
	}
	return sd_event_add_io(l->event, NULL, rtnl_event_fd(&l->rtnl), EPOLLIN, on_rtnl, l);
}

static int start_folders(struct loop *l)
{
	unsigned int i;
	int ret;

	for (i = 0; l->folders && l->folders[i]; i++) {
		ret = sd_event_add_inotify(l->event, NULL, l->folders[i],
					   IN_CLOSE_WRITE | IN_MOVE | IN_DELETE | IN_ONLYDIR,
					   on_file, l);
		if (ret < 0) {
			say(LOG_ERR, "%s: %s", l->folders[i], strerror(-ret));
			return ret;
		}
	}
	return 0;
}

static int start(struct loop *l)
{
	sigset_t mask;
	int ret;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	ret = sd_event_default(&l->event);
	if (ret >= 0)
		ret = sd_event_set_watchdog(l->event, true);
	if (ret >= 0)
		ret = sd_event_add_signal(l->event, NULL, SIGTERM, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(l->event, NULL, SIGINT, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(l->event, NULL, SIGHUP, on_hangup, l);
	/* Now: the first pass is due whatever happens. */
	if (ret >= 0)
		ret = sd_event_add_time(l->event, &l->timer, CLOCK_MONOTONIC, 0, 1000,
					on_timer, l);
	if (ret >= 0)
		ret = start_xenstore(l);
	if (ret >= 0 && l->use_rtnl)
		ret = start_rtnl(l);
	if (ret >= 0)
		ret = start_folders(l);
	return ret;
}

/**
 * loop_run() - until SIGTERM
 * @l: filled in up to @use_rtnl
 *
 * Return: what main() is to return
 */
int loop_run(struct loop *l)
{
	int ret = start(l);

	if (ret >= 0)
		ret = sd_event_loop(l->event);
	sd_notify(0, "STOPPING=1");
	rtnl_close(&l->rtnl);
	if (l->xs)
		xs_close(l->xs);
	sd_event_source_unref(l->timer);
	sd_event_unref(l->event);
	return ret < 0 ? EXIT_FAILURE : ret;
}
