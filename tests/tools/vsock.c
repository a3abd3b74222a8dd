// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of AF_VSOCK, for what socat has no words.
 *
 *   vsock echo TYPE PORT		sends back what comes, from any number of peers
 *   vsock hold PORT			accepts, and never reads
 *   vsock mute PORT			takes datagrams, and never reads them
 *   vsock pour CID PORT SIZE COUNT	sends datagrams
 *   vsock ask TYPE CID PORT SIZE COUNT	sends, and compares what comes back
 *   vsock fill CID PORT		sends until nothing more fits, says how much, stays
 *   vsock lowat PORT BYTES LOWAT	accepts, reads so much, says whether so many can be read
 *				then, waits for 5 s
 *   vsock wait CID PORT		connects, says so, says what ends it and when
 *   vsock connect CID PORT		only connects, and says how long it took
 *
 * TYPE is stream, seqpacket or dgram. Times are in milliseconds.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

#define MOST	(256 * 1024)

static char sent[MOST], got[MOST];

static int type_of(const char *name)
{
	if (!strcmp(name, "stream"))
		return SOCK_STREAM;
	if (!strcmp(name, "seqpacket"))
		return SOCK_SEQPACKET;
	if (!strcmp(name, "dgram"))
		return SOCK_DGRAM;
	errx(2, "%s is no type of socket", name);
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_vm address(const char *cid, const char *port)
{
	return (struct sockaddr_vm) {
		.svm_family = AF_VSOCK,
		.svm_cid = cid ? strtoul(cid, NULL, 0) : VMADDR_CID_ANY,
		.svm_port = strtoul(port, NULL, 0),
	};
}

static int listener(int type, const char *port)
{
	struct sockaddr_vm addr = address(NULL, port);
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		err(1, "bind");
	if (type != SOCK_DGRAM && listen(fd, 128))
		err(1, "listen");
	return fd;
}

static int connected(int type, const char *cid, const char *port)
{
	struct sockaddr_vm addr = address(cid, port);
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (void *)&addr, sizeof(addr))) {
		printf("connect %s\n", strerrorname_np(errno));
		exit(1);
	}
	return fd;
}

static void echo_datagrams(int fd)
{
	struct sockaddr_vm from;
	socklen_t len;
	ssize_t n;

	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, got, sizeof(got), 0, (void *)&from, &len);
		if (n < 0)
			err(1, "recvfrom");
		if (sendto(fd, got, n, 0, (void *)&from, len) != n)
			err(1, "sendto");
	}
}

static void echo(int type, const char *port)
{
	int fd = listener(type, port), peer;
	ssize_t n;

	signal(SIGCHLD, SIG_IGN);
	if (type == SOCK_DGRAM)
		echo_datagrams(fd);
	for (;;) {
		peer = accept(fd, NULL, NULL);
		if (peer < 0)
			err(1, "accept");
		if (fork()) {
			close(peer);
			continue;
		}
		while ((n = recv(peer, got, sizeof(got), 0)) > 0)
			if (send(peer, got, n, MSG_NOSIGNAL) != n)
				err(1, "send");
		exit(n < 0);
	}
}

static void hold(const char *port)
{
	int fd = listener(SOCK_STREAM, port);

	for (;;)
		if (accept(fd, NULL, NULL) < 0)
			err(1, "accept");
}

static void mute(const char *port)
{
	listener(SOCK_DGRAM, port);
	for (;;)
		pause();
}

static void pour(const char *cid, const char *port, size_t size, long count)
{
	int fd = connected(SOCK_DGRAM, cid, port);

	while (count-- > 0)
		if (send(fd, sent, size, 0) != (ssize_t)size)
			err(1, "send");
	puts("ok");
}

/* Of a stream the answer comes in any pieces, of the others in one. */
static void ask(int type, const char *cid, const char *port, size_t size, long count)
{
	int fd = connected(type, cid, port);
	size_t have, i;
	ssize_t n;

	while (count-- > 0) {
		for (i = 0; i < size; i++)
			sent[i] = i * 7 + count;
		if (send(fd, sent, size, 0) != (ssize_t)size)
			err(1, "send");
		for (have = 0; have < size; have += n) {
			n = recv(fd, got + have, sizeof(got) - have, 0);
			if (n <= 0)
				err(1, "recv %zd", n);
			if (type != SOCK_STREAM && (size_t)n != size)
				errx(1, "%zd bytes instead of %zu", n, size);
		}
		if (memcmp(sent, got, size))
			errx(1, "other bytes");
	}
	puts("ok");
}

static void fill(const char *cid, const char *port)
{
	int fd = connected(SOCK_STREAM, cid, port), quiet = 0;
	unsigned long all = 0;
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (quiet < 10) {
		n = send(fd, sent, 65536, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			err(1, "send");
		all += n > 0 ? n : 0;
		quiet = n > 0 ? 0 : quiet + 1;
		if (n < 0)
			usleep(20000);
	}
	printf("%lu\n", all);
	fflush(stdout);
	pause();
}

static void lowat(const char *port, long bytes, int low)
{
	int fd = accept(listener(SOCK_STREAM, port), NULL, NULL);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (fd < 0)
		err(1, "accept");
	/* The peer has sent all it may before anything is read. */
	sleep(2);
	for (; bytes > 0; bytes -= n) {
		n = recv(fd, got, bytes < MOST ? bytes : MOST, 0);
		if (n <= 0)
			err(1, "recv %zd", n);
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low)))
		err(1, "SO_RCVLOWAT");
	puts(poll(&poller, 1, 5000) == 1 ? "readable" : "too little");
}

static void wait_end(const char *cid, const char *port)
{
	int fd = connected(SOCK_STREAM, cid, port);
	ssize_t n;

	puts("connected");
	fflush(stdout);
	n = recv(fd, got, sizeof(got), 0);
	printf("%s\n", n < 0 ? strerrorname_np(errno) : n ? "data" : "end");
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	long begin = now();

	if (!strcmp(verb, "echo") && argc == 4)
		echo(type_of(argv[2]), argv[3]);
	else if (!strcmp(verb, "hold") && argc == 3)
		hold(argv[2]);
	else if (!strcmp(verb, "mute") && argc == 3)
		mute(argv[2]);
	else if (!strcmp(verb, "pour") && argc == 6)
		pour(argv[2], argv[3], atoi(argv[4]), atol(argv[5]));
	else if (!strcmp(verb, "ask") && argc == 7)
		ask(type_of(argv[2]), argv[3], argv[4], atoi(argv[5]), atol(argv[6]));
	else if (!strcmp(verb, "fill") && argc == 4)
		fill(argv[2], argv[3]);
	else if (!strcmp(verb, "lowat") && argc == 5)
		lowat(argv[2], atol(argv[3]), atoi(argv[4]));
	else if (!strcmp(verb, "wait") && argc == 4)
		wait_end(argv[2], argv[3]);
	else if (!strcmp(verb, "connect") && argc == 4)
		close(connected(SOCK_STREAM, argv[2], argv[3]));
	else
		errx(2, "usage: see the beginning of vsock.c");
	printf("%ld\n", now() - begin);
	return 0;
}
