// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends and receives bytes that can be checked: every byte follows from a seed
 * and its place, so the receiver knows what must come without being told.
 *
 *   traffic stream SEED BYTES
 *   traffic tcp-recv PORT SEED BYTES [STOP]
 *   traffic tcp-send ADDRESS PORT SEED BYTES [WRITE]
 *   traffic tcp-pages ADDRESS PORT SEED BYTES
 *   traffic udp-recv PORT SEED COUNT SIZE
 *   traffic udp-send ADDRESS PORT SEED COUNT SIZE [FIRST] [SEGMENTS] [PAUSE]
 *
 * "stream" writes to standard output, "tcp-pages" sends a file's own pages, of
 * which no two are neighbours in memory. WRITE is the size of each write. A stream
 * from which nothing comes for more than STOP milliseconds, once it has begun and
 * until it ends, is a failure. "udp-recv" waits until all have come; SIGUSR1 tells
 * it that no more are sent: then it takes what comes until nothing has for five
 * seconds. FIRST is the number of the first datagram, SEGMENTS how many datagrams
 * go into one call, PAUSE microseconds between calls.
 *
 * Static, so that it runs in any domain.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif

#define CHUNK		(64 * 1024)

static uint64_t to_number(const char *s)
{
	char *end;
	uint64_t v = strtoull(s, &end, 0);

	if (!*s || *end)
		errx(2, "not a number: %s", s);
	return v;
}

/* xorshift64*: cheap, and nothing in it repeats */
static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static uint64_t start(uint64_t seed, uint64_t place)
{
	return (seed + place + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

/* @len is rounded up to whole words: buffers have room for that. */
static void fill(void *buf, size_t len, uint64_t *state)
{
	uint64_t *word = buf;
	size_t i;

	for (i = 0; i < (len + 7) / 8; i++)
		word[i] = next(state);
}

static void write_all(int fd, const void *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0)
			err(1, "write");
		buf = (const char *)buf + n;
		len -= n;
	}
}

static void send_stream(int fd, uint64_t seed, uint64_t bytes, size_t size)
{
	static uint64_t buf[CHUNK / 8];
	uint64_t state = start(seed, 0);

	while (bytes) {
		size_t len = bytes < CHUNK ? bytes : CHUNK;
		size_t at, n;

		fill(buf, len, &state);
		for (at = 0; at < len; at += n) {
			n = len - at < size ? len - at : size;
			write_all(fd, (char *)buf + at, n);
		}
		bytes -= len;
	}
}

static int socket_to(const char *host, const char *port, int type)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	int fd = -1;

	a4.sin_port = htons(to_number(port));
	a6.sin6_port = a4.sin_port;
	if (inet_pton(AF_INET, host, &a4.sin_addr) == 1) {
		fd = socket(AF_INET, type, 0);
		if (fd < 0 || connect(fd, (void *)&a4, sizeof(a4)))
			err(1, "connect %s", host);
	} else if (inet_pton(AF_INET6, host, &a6.sin6_addr) == 1) {
		fd = socket(AF_INET6, type, 0);
		if (fd < 0 || connect(fd, (void *)&a6, sizeof(a6)))
			err(1, "connect %s", host);
	} else {
		errx(2, "not an address: %s", host);
	}
	return fd;
}

/* Takes both families. */
static int socket_at(const char *port, int type)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(to_number(port)),
	};
	int fd = socket(AF_INET6, type, 0);
	int one = 1;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&a, sizeof(a)))
		err(1, "bind to port %s", port);
	return fd;
}

/* Between any two pages of the file one of another file gets allocated. */
static void send_pages(int fd, uint64_t seed, uint64_t bytes)
{
	static uint64_t page[4096 / 8];
	int file = memfd_create("pages", 0), other = memfd_create("other", 0);
	uint64_t state = start(seed, 0), left;
	off_t at = 0;

	if (file < 0 || other < 0)
		err(1, "memfd_create");
	for (left = bytes; left; left -= left < 4096 ? left : 4096) {
		fill(page, sizeof(page), &state);
		write_all(file, page, left < 4096 ? left : 4096);
		write_all(other, page, 1);
		if (lseek(other, 4095, SEEK_CUR) < 0)
			err(1, "lseek");
	}
	while ((uint64_t)at < bytes)
		if (sendfile(fd, file, &at, bytes - at) < 0)
			err(1, "sendfile");
}

/*
 * Wait for a stream to go on. Time passes in turns of this process, so that a
 * machine that stood still is not taken for a stream that did.
 *
 * Return: milliseconds it took
 */
static uint64_t wait_for(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t waited = 0;

	while (!poll(&pfd, 1, 10))
		waited += 10;
	return waited;
}

static void tcp_recv(const char *port, uint64_t seed, uint64_t bytes,
		     uint64_t stop)
{
	uint64_t waited, longest = 0, longest_at = 0;
	static uint64_t buf[CHUNK / 8], want[CHUNK / 8];
	uint64_t state = start(seed, 0), done = 0;
	int fd = socket_at(port, SOCK_STREAM);
	size_t have = 0;
	ssize_t n;

	if (listen(fd, 1))
		err(1, "listen");
	fd = accept(fd, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	/* Compare whole chunks; only the last one may be shorter. */
	do {
		waited = wait_for(fd);
		n = read(fd, (char *)buf + have, CHUNK - have);
		if (n < 0)
			err(1, "after %llu bytes", (unsigned long long)done + have);
		if (n && done + have && waited > longest) {
			longest = waited;
			longest_at = done + have;
		}
		have += n;
		if (have < CHUNK && n)
			continue;
		fill(want, have, &state);
		if (memcmp(buf, want, have))
			errx(1, "wrong bytes between %llu and %llu",
			     (unsigned long long)done,
			     (unsigned long long)(done + have));
		done += have;
		have = 0;
	} while (n);
	printf("bytes %llu\nlongest wait %llu ms, after %llu bytes\n",
	       (unsigned long long)done, (unsigned long long)longest,
	       (unsigned long long)longest_at);
	if (done != bytes)
		errx(1, "not the %llu bytes that were sent",
		     (unsigned long long)bytes);
	if (stop && longest > stop)
		errx(1, "the stream stopped for more than %llu ms",
		     (unsigned long long)stop);
}

/* A datagram is its number, then bytes that follow from it. */
static void datagram(uint64_t *buf, size_t size, uint64_t seed, uint64_t n)
{
	uint64_t state = start(seed, n);

	fill(buf, size, &state);
	buf[0] = n;
}

static void udp_send(int fd, uint64_t seed, uint64_t count, size_t size,
		     uint64_t first, unsigned int segments, unsigned int pause)
{
	static char buf[CHUNK];
	static uint64_t one[CHUNK / 8];
	uint64_t n = first;
	unsigned int i;
	int value = size;

	if (size < 8 || !segments || size * segments > 65507)
		errx(2, "bad size");
	if (segments > 1 &&
	    setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &value, sizeof(value)))
		err(1, "UDP_SEGMENT");
	while (n < first + count) {
		for (i = 0; i < segments && n < first + count; i++, n++) {
			datagram(one, size, seed, n);
			memcpy(buf + i * size, one, size);
		}
		while (send(fd, buf, i * size, 0) < 0)
			if (errno != ENOBUFS)
				err(1, "send");
		if (pause)
			usleep(pause);
	}
	printf("sent %llu\n", (unsigned long long)count);
}

/* Ends when all have come or none can come any more; duplicates are wrong. */
static void udp_recv(const char *port, uint64_t seed, uint64_t count,
		     size_t size)
{
	static uint64_t buf[CHUNK / 8], want[CHUNK / 8];
	unsigned long long got = 0, wrong = 0;
	struct pollfd pfd[2] = { { .events = POLLIN }, { .events = POLLIN } };
	char *seen = calloc(1, count);
	int timeout = -1, fd;
	int room = 64 << 20;
	sigset_t over;
	ssize_t n;

	/* A signal for who listens must find it prepared. */
	sigemptyset(&over);
	sigaddset(&over, SIGUSR1);
	sigprocmask(SIG_BLOCK, &over, NULL);
	pfd[1].fd = signalfd(-1, &over, 0);
	fd = socket_at(port, SOCK_DGRAM);
	pfd[0].fd = fd;
	if (!seen || size < 8)
		errx(2, "bad count or size");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "SO_RCVBUFFORCE");
	while (got < count && poll(pfd, 2, timeout) > 0) {
		if (pfd[1].revents) {
			pfd[1].fd = -1;
			timeout = 5000;
		}
		if (!pfd[0].revents)
			continue;
		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0)
			err(1, "recv");
		if ((size_t)n != size || buf[0] >= count || seen[buf[0]]) {
			wrong++;
			continue;
		}
		seen[buf[0]] = 1;
		got++;
		datagram(want, size, seed, buf[0]);
		if (memcmp(buf, want, size))
			wrong++;
	}
	printf("received %llu\nwrong %llu\n", got, wrong);
	if (wrong)
		exit(1);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint64_t v[10] = { 0 };
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* All but the address are numbers. */
	for (i = 2; i < argc && i < 10; i++)
		if (i > 2 || strstr(what, "recv") || !strcmp(what, "stream"))
			v[i] = to_number(argv[i]);

	if (!strcmp(what, "stream") && argc == 4)
		send_stream(STDOUT_FILENO, v[2], v[3], CHUNK);
	else if (!strcmp(what, "tcp-recv") && (argc == 5 || argc == 6))
		tcp_recv(argv[2], v[3], v[4], v[5]);
	else if (!strcmp(what, "tcp-send") && (argc == 6 || argc == 7))
		send_stream(socket_to(argv[2], argv[3], SOCK_STREAM), v[4], v[5],
			    v[6] ? v[6] : CHUNK);
	else if (!strcmp(what, "tcp-pages") && argc == 6)
		send_pages(socket_to(argv[2], argv[3], SOCK_STREAM), v[4], v[5]);
	else if (!strcmp(what, "udp-recv") && argc == 6)
		udp_recv(argv[2], v[3], v[4], v[5]);
	else if (!strcmp(what, "udp-send") && argc >= 7 && argc <= 10)
		udp_send(socket_to(argv[2], argv[3], SOCK_DGRAM), v[4], v[5], v[6],
			 v[7], v[8] ? v[8] : 1, v[9]);
	else
		errx(2, "usage: see the top of traffic.c");
	return 0;
}
