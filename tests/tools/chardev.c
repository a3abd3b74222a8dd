// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries /dev/argo, as no other program does. Commands are in main(). Says what was
 * not as expected, and exits with 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <argo.h>
#include <linux/argo_dev.h>

#define PORT	0x5000
#define SMALL	4096

static int bad;

#define want(what) wanted(!!(what), #what, __LINE__)

static void wanted(int ok, const char *what, int line)
{
	if (ok)
		return;
	printf("line %d: not %s (%s)\n", line, what, strerror(errno));
	bad = 1;
}

static struct argo *get(unsigned int flags)
{
	struct argo *a = argo_open(flags);

	if (!a) {
		perror("/dev/argo");
		exit(1);
	}
	return a;
}

static uint16_t own(void)
{
	struct argo_stats stats;
	struct argo *a = get(0);

	argo_stats(a, &stats);
	argo_close(a);
	return stats.domid;
}

static struct argo *bound(unsigned int flags, uint32_t port, uint32_t bytes,
			  unsigned int bind_flags)
{
	struct argo_bind_opts opts = { .ring_bytes = bytes, .flags = bind_flags };
	struct argo *a = get(flags);

	if (argo_bind(a, own(), port, &opts)) {
		perror("bind");
		exit(1);
	}
	return a;
}

static short events(struct argo *a, int ms)
{
	struct pollfd fd = { argo_poll_fd(a), POLLIN | POLLOUT, 0 };

	poll(&fd, 1, 0);
	if (ms && !(fd.revents & POLLIN)) {
		fd.events = POLLIN;
		poll(&fd, 1, ms);
	}
	return fd.revents;
}

/* Whole, cut off, cut off and kept; pieces; nothing at all */
static void messages(void)
{
	struct argo *a = bound(ARGO_NONBLOCK, PORT, 0, 0);
	struct argo *k = bound(ARGO_NONBLOCK, PORT + 1, 0, ARGO_KEEP);
	struct iovec out[3] = { { "ab", 2 }, { NULL, 0 }, { "cde", 3 } };
	struct argo_addr to = { own(), PORT };
	char one[3], two[3], buf[64];
	struct iovec in[2] = { { one, 2 }, { two, 3 } };
	struct argo_meta meta;
	struct argo_stats stats;

	want(argo_recv(a, &meta, buf, 64) == -1 && errno == EAGAIN);
	want(argo_sendv(k, &to, 0xabcd, out, 3) == 5);
	want(events(a, 1000) & POLLIN);
	want(argo_recvv(a, &meta, in, 2) == 5 && !memcmp(one, "ab", 2) &&
	     !memcmp(two, "cde", 3));
	want(meta.addr.domid == own() && meta.addr.port == PORT + 1 &&
	     meta.type == 0xabcd && meta.len == 5 && !meta.truncated);
	want(!(events(a, 0) & POLLIN));

	want(argo_send(k, &to, 1, NULL, 0) == 0 && argo_recv(a, &meta, buf, 64) == 0);
	want(argo_send(k, &to, 1, "hello", 5) == 5 && argo_send(k, &to, 2, "x", 1) == 1);
	want(argo_recv(a, &meta, buf, 3) == 3 && meta.truncated && meta.len == 5);
	want(argo_recv(a, &meta, buf, 3) == 1 && !meta.truncated && meta.type == 2);
	want(!argo_stats(a, &stats) && stats.truncated == 1 && stats.messages == 4);

	to.port = PORT + 1;
	want(argo_send(a, &to, 1, "hello", 5) == 5);
	want(argo_recv(k, &meta, buf, 3) == 3 && meta.truncated && meta.len == 5);
	want(argo_recv(k, &meta, buf, 64) == 5 && !meta.truncated && !memcmp(buf, "hello", 5));

	want(read(argo_poll_fd(a), buf, 31) == -1 && errno == EINVAL);
	want(write(argo_poll_fd(a), buf, 31) == -1 && errno == EINVAL);
	memset(buf, 0, 64);
	want(write(argo_poll_fd(a), buf, 64) == -1 && errno == EINVAL);
	want(argo_send(a, NULL, 0, "x", 1) == -1 && errno == EDESTADDRREQ);
	to.port = PORT + 9;
	want(argo_send(a, &to, 0, "x", 1) == -1 && errno == ECONNREFUSED);
	want(argo_connect(a, &to, 0) == -1 && errno == ECONNREFUSED);
	/* What could not be copied stays. */
	to.port = PORT;
	want(argo_send(k, &to, 0, "x", 1) == 1);
	in[0].iov_base = NULL;
	want(argo_recvv(a, NULL, in, 1) == -1 && errno == EFAULT);
	want(argo_recv(a, NULL, buf, 64) == 1);
	argo_close(a);
	argo_close(k);
}

/* A write finds the ring full, poll says so until it is read. */
static void full(void)
{
	struct argo *r = bound(ARGO_NONBLOCK, PORT, SMALL, 0);
	struct argo *w = get(ARGO_NONBLOCK);
	struct argo_addr to = { own(), PORT };
	struct pollfd fd = { argo_poll_fd(w), POLLOUT, 0 };
	static char large[SMALL];
	char buf[1000] = {};
	int n = 0, got = 0;

	want(argo_connect(w, &to, 0) == 0);
	want(argo_send(w, NULL, 0, large, sizeof(large)) == -1 && errno == EMSGSIZE);
	want(poll(&fd, 1, 0) == 1);
	while (argo_send(w, NULL, 0, buf, sizeof(buf)) == sizeof(buf))
		n++;
	want(errno == EAGAIN && n == 3);
	want(poll(&fd, 1, 100) == 0);
	while (argo_recv(r, NULL, buf, sizeof(buf)) == sizeof(buf))
		got++;
	want(got == n);
	want(poll(&fd, 1, 3000) == 1 && fd.revents == POLLOUT);
	want(argo_send(w, NULL, 0, buf, sizeof(buf)) == sizeof(buf));

	/* Its ring goes. */
	argo_close(r);
	want(poll(&fd, 1, 5000) == 1);
	fd.events = 0;
	want(poll(&fd, 1, 5000) == 1 && fd.revents & POLLHUP);
	want(argo_send(w, NULL, 0, buf, 1) == -1 && errno == ECONNREFUSED);
	argo_close(w);
}

static void *blocked_writer(void *arg)
{
	struct argo_addr to = { own(), PORT };
	char buf[1000] = {};
	int i;

	for (i = 0; i < 100; i++)
		want(argo_send(arg, &to, i, buf, sizeof(buf)) == sizeof(buf));
	return NULL;
}

/* Several threads block in one endpoint, and a reader that waits gets it all. */
static void threads(void)
{
	struct argo *r = bound(0, PORT, SMALL, 0), *w = get(0);
	pthread_t t[4];
	char buf[1000];
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, blocked_writer, w);
	for (i = 0; i < 400; i++)
		want(argo_recv(r, NULL, buf, sizeof(buf)) == sizeof(buf));
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	argo_close(r);
	argo_close(w);
}

static struct argo_addr late;

static void *waits_for_late(void *arg)
{
	return (void *)(long)(argo_connect(arg, &late, ARGO_WAIT) ? errno : 0);
}

/* A thread waits for a ring, and another one connects the same endpoint meanwhile. */
static void connects(void)
{
	struct argo_addr other = { own(), PORT };
	struct argo *r = bound(0, PORT, SMALL, 0), *w = get(0), *l;
	pthread_t t;
	void *ret;

	late = (struct argo_addr){ own(), PORT + 1 };
	pthread_create(&t, NULL, waits_for_late, w);
	usleep(300000);
	/* elsewhere: the thread is told that it waits for nothing, */
	want(argo_connect(w, &other, 0) == 0);
	pthread_join(t, &ret);
	want((long)ret == ECANCELED);
	pthread_create(&t, NULL, waits_for_late, w);
	usleep(300000);
	/* to the ring for which the thread waits, before argo-core finds it by itself: */
	l = bound(0, PORT + 1, SMALL, 0);
	want(argo_connect(w, &late, 0) == 0);
	pthread_join(t, &ret);
	want(!ret);
	argo_close(l);
	argo_close(r);
	argo_close(w);
}

/* In place, with wrapping; nobody may write to it. */
static void mapped(void)
{
	struct argo *r = bound(ARGO_NONBLOCK, PORT, SMALL, 0), *w = get(0);
	struct argo_addr to = { own(), PORT };
	const void *data[2];
	size_t len[2], all;
	struct argo_meta meta;
	const char *map = argo_map(r, &all);
	char buf[1000], back[1000];
	int i;

	want(map && all == SMALL);
	want(mmap(NULL, SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, argo_poll_fd(r), 0) ==
	     MAP_FAILED && errno == EPERM);
	want(mprotect((void *)map, SMALL, PROT_READ | PROT_WRITE) == -1);
	want(mmap(NULL, 2 * SMALL, PROT_READ, MAP_SHARED, argo_poll_fd(r), 0) == MAP_FAILED);
	want(argo_peek(r, &meta, data, len) == -1 && errno == EAGAIN);
	for (i = 0; i < 50; i++) {
		memset(buf, i, sizeof(buf));
		buf[999] = ~i;
		want(argo_send(w, &to, i, buf, sizeof(buf)) == sizeof(buf));
		want(argo_peek(r, &meta, data, len) == 0 && meta.type == (uint32_t)i);
		want(len[0] + len[1] == sizeof(buf));
		if (bad)
			break;
		memcpy(back, data[0], len[0]);
		memcpy(back + len[0], data[1], len[1]);
		want(!memcmp(buf, back, sizeof(buf)));
		want(argo_consume(r, 1) == 1);
	}
	want(argo_consume(r, 3) == 0);
	argo_close(r);
	argo_close(w);
}

/* Who is unbound, wrong, or asks for more than there is */
static void refused(void)
{
	struct argo_dev_bind bind = { .size = sizeof(bind), .domid = own(), .port = PORT };
	struct argo_dev_query query = { .size = sizeof(query) };
	struct argo *a = get(ARGO_NONBLOCK);
	struct argo *b = get(0);
	char newer[64] = {};
	int fd = argo_poll_fd(a);
	char buf[64];

	want(read(fd, buf, 64) == -1 && errno == ENOTCONN);
	want(mmap(NULL, SMALL, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED &&
	     errno == ENOTCONN);
	want(events(a, 0) == POLLOUT);
	want(ioctl(fd, 0x1234) == -1 && errno == ENOTTY);
	want(ioctl(fd, ARGO_DEV_BIND, NULL) == -1 && errno == EFAULT);
	bind.size = 3;
	want(ioctl(fd, ARGO_DEV_BIND, &bind) == -1 && errno == EINVAL);
	bind.size = 1 << 20;
	want(ioctl(fd, ARGO_DEV_BIND, &bind) == -1 && errno == E2BIG);
	bind.size = sizeof(bind);
	bind.flags = 1 << 31;
	want(ioctl(fd, ARGO_DEV_BIND, &bind) == -1 && errno == EINVAL);
	bind.flags = 0;
	bind.ring_bytes = 0xffffffff;
	want(ioctl(fd, ARGO_DEV_BIND, &bind) == -1 && errno == EINVAL);
	bind.ring_bytes = 0;
	bind.domid = 0x7ff0;
	want(ioctl(fd, ARGO_DEV_BIND, &bind) == -1 && errno == EINVAL);
	/* A newer program, first with something that is not known here */
	bind.domid = own();
	bind.size = sizeof(newer);
	memcpy(newer, &bind, sizeof(bind));
	newer[60] = 1;
	want(ioctl(fd, ARGO_DEV_BIND, newer) == -1 && errno == E2BIG);
	newer[60] = 0;
	want(ioctl(fd, ARGO_DEV_BIND, newer) == 0);
	want(ioctl(fd, ARGO_DEV_BIND, newer) == -1 && errno == EINVAL);
	want(argo_bind(b, own(), PORT, NULL) == -1 && errno == EADDRINUSE);
	/* An older one */
	query.size = 16;
	query.domid = own();
	query.port = PORT;
	query.max_message = 0;
	want(ioctl(fd, ARGO_DEV_QUERY, &query) == 0 &&
	     query.flags == ARGO_DEV_QUERY_EXISTS && !query.max_message);
	query.size = sizeof(query);
	query.flags = 0;
	want(ioctl(fd, ARGO_DEV_QUERY, &query) == 0 && query.max_message > 100000);
	argo_close(a);
	argo_close(b);
}

/* Does opening fail like this, in namespaces of its own, for a user in group @gid? */
static bool closed_for(int namespaces, gid_t gid, int error)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(namespaces) || setgroups(0, NULL) ||
		      setresgid(gid, gid, gid) || setresuid(1000, 1000, 1000) ||
		      argo_open(0) || errno != error);
	return waitpid(pid, &status, 0) == pid && !status;
}

/* Without rights: the device, a low port, a large ring */
static void rights(void)
{
	struct argo_bind_opts large = { .ring_bytes = 8 << 20 };
	struct argo *a = get(0), *b = get(0), *c = get(0);
	uint16_t self = own();

	want(argo_bind(b, self, 80, NULL) == 0);
	want(closed_for(0, 1000, EACCES));
	/* Who may open the file, but has a network of his own */
	want(closed_for(CLONE_NEWNET, 0, EPERM));
	want(!setresuid(1000, 1000, 1000));
	want(argo_bind(a, self, 81, NULL) == -1 && errno == EACCES);
	want(argo_bind(a, self, PORT, &large) == -1 && errno == EPERM);
	want(argo_bind(c, self, PORT, NULL) == 0);
	argo_close(a);
	argo_close(b);
	argo_close(c);
}

/* rings N: how many of N can be had, held until a signal comes if asked for */
static void rings(int n)
{
	struct argo_bind_opts opts = { .ring_bytes = SMALL };
	struct argo *a;
	int i;

	for (i = 0; i < n; i++) {
		a = get(0);
		if (argo_bind(a, own(), ARGO_PORT_ANY, &opts))
			break;
	}
	printf("%d %s\n", i, i < n ? strerrorname_np(errno) : "all");
	fflush(stdout);
}

/* An edge is not lost: each time all was read, the next message makes one. */
static void edges(void)
{
	struct argo *r = bound(ARGO_NONBLOCK, PORT, 0, 0), *w = get(0);
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	struct argo_addr to = { own(), PORT };
	int i, ep = epoll_create1(0);
	char buf[8];

	want(!epoll_ctl(ep, EPOLL_CTL_ADD, argo_poll_fd(r), &e));
	for (i = 0; i < 100; i++) {
		want(argo_send(w, &to, i, "x", 1) == 1);
		want(epoll_wait(ep, &e, 1, 2000) == 1);
		while (argo_recv(r, NULL, buf, 8) > 0)
			;
		want(errno == EAGAIN);
	}
	want(epoll_wait(ep, &e, 1, 50) == 0);
	argo_close(r);
	argo_close(w);
}

/* Reader and writer that wait can be interrupted. */
static void noise(int sig)
{
}

static void interrupted(void)
{
	struct sigaction action = { .sa_handler = noise };
	struct argo *r = bound(0, PORT, SMALL, 0), *w = get(0);
	struct argo_addr to = { own(), PORT };
	char buf[1000] = {};
	int i;

	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	want(argo_recv(r, NULL, buf, sizeof(buf)) == -1 && errno == EINTR);
	alarm(1);
	for (i = 0; i < 10; i++)
		if (argo_send(w, &to, 0, buf, sizeof(buf)) < 0)
			break;
	want(i == 3 && errno == EINTR);
	argo_close(r);
	argo_close(w);
}

/* Has a ring for PARTNER on PORT, reads nothing. */
static void hold(const char *where)
{
	struct argo_addr addr;
	struct argo *a = get(0);

	if (argo_parse(where, &addr) || argo_bind(a, addr.domid, addr.port, NULL)) {
		perror(where);
		exit(1);
	}
	puts("bound");
	fflush(stdout);
	pause();
}

/* Reads on, also over a loss of the ring: what it got, and that. */
static void last(const char *where)
{
	struct argo_addr addr;
	struct argo *a = get(0);
	struct argo_meta meta;
	char buf[256];
	ssize_t n;

	if (argo_parse(where, &addr) || argo_bind(a, addr.domid, addr.port, NULL)) {
		perror(where);
		exit(1);
	}
	for (;;) {
		n = argo_recv(a, &meta, buf, sizeof(buf));
		if (n > 0) {
			printf("%.*s\n", (int)n, buf);
		} else {
			puts(n ? strerrorname_np(errno) : "empty");
			if (n < 0 && errno == ECONNRESET)
				while (argo_bind(a, addr.domid, addr.port, NULL) &&
				       errno == EAGAIN)
					usleep(100000);
			else if (n < 0)
				exit(1);
			puts("bound");
		}
		fflush(stdout);
	}
}

static void say(const char *where, const char *what)
{
	struct argo_addr addr;
	struct argo *a = get(0);

	if (argo_parse(where, &addr) || argo_send(a, &addr, 0, what, strlen(what)) < 0) {
		perror(where);
		exit(1);
	}
	argo_close(a);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{ "messages", messages },
		{ "full", full },
		{ "threads", threads },
		{ "connects", connects },
		{ "mapped", mapped },
		{ "refused", refused },
		{ "rights", rights },
		{ "edges", edges },
		{ "interrupted", interrupted },
	};
	const char *name = argc > 1 ? argv[1] : "";
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(name, cases[i].name))
			continue;
		cases[i].run();
		puts(bad ? "bad" : "good");
		return bad;
	}
	if (argc == 3 && !strcmp(name, "rings"))
		rings(atoi(argv[2]));
	else if (argc == 3 && !strcmp(name, "hold"))
		hold(argv[2]);
	else if (argc == 3 && !strcmp(name, "last"))
		last(argv[2]);
	else if (argc == 4 && !strcmp(name, "say"))
		say(argv[2], argv[3]);
	else
		return 2;
	return bad;
}
