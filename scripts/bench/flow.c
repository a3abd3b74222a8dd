// SPDX-License-Identifier: GPL-2.0-only
/*
 * The traffic that "make bench" measures, in fixed amounts, with marks for the
 * plugin around exactly the part that counts.
 *
 *   flow serve                                  the other end of all below
 *   flow tcp LABEL ADDRESS BYTES FLOWS          streams to there
 *   flow sendfile LABEL ADDRESS BYTES FLOWS     the same, from a file's pages
 *   flow bidir LABEL ADDRESS BYTES              one stream each way at once
 *   flow rr LABEL ADDRESS COUNT                 one byte there and back, TCP
 *   flow ping LABEL ADDRESS COUNT               ICMP echo, one after the other
 *   flow udp LABEL ADDRESS COUNT SIZE BURST US  datagrams, a pause after each burst
 *   flow run LABEL UNIT AMOUNT PROGRAM...       a program that does as much
 *
 * The end's mark tells what really arrived and how long it took. Static, so that
 * it runs in any domain.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK_SENDER
#include "mark.h"

#define PORT	5000
#define CHUNK	(128 * 1024)	/* of each read and write, as iperf3 has it */

enum op { SINK, SOURCE, ECHO, UDP };

struct request {
	uint32_t op;
	uint32_t size;
	uint64_t count;
};

static char buf[CHUNK];
static int file = -1;	/* to send from, if there is one */

static uint64_t to_number(const char *s)
{
	char *end;
	uint64_t v = strtoull(s, &end, 0);

	if (!*s || *end)
		errx(2, "not a number: %s", s);
	return v;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void write_all(int fd, const void *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			err(1, "write");
		data = (const char *)data + n;
		len -= n;
	}
}

static void read_all(int fd, void *data, size_t len)
{
	while (len) {
		ssize_t n = read(fd, data, len);

		if (n <= 0)
			err(1, "read: %s", n ? "" : "too early an end");
		data = (char *)data + n;
		len -= n;
	}
}

static void send_chunk(int fd, size_t len)
{
	off_t at = 0;

	if (file < 0)
		write_all(fd, buf, len);
	else
		while (at < (off_t)len)
			if (sendfile(fd, file, &at, len - at) < 0)
				err(1, "sendfile");
}

static void send_stream(int fd, uint64_t bytes)
{
	while (bytes) {
		size_t n = bytes < CHUNK ? bytes : CHUNK;

		send_chunk(fd, n);
		bytes -= n;
	}
	if (shutdown(fd, SHUT_WR))
		err(1, "shutdown");
}

static uint64_t take_stream(int fd)
{
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(fd, buf, CHUNK)) > 0)
		bytes += n;
	if (n < 0)
		err(1, "read");
	return bytes;
}

static void echo(int fd)
{
	char c;

	while (read(fd, &c, 1) == 1)
		write_all(fd, &c, 1);
}

/* Until all have come, or none for a second. */
static uint64_t take_datagrams(int ctl, const struct request *req)
{
	struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 32 << 20;
	socklen_t len = sizeof(a);
	uint64_t got = 0;

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) ||
	    getsockname(fd, (void *)&a, &len) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "udp socket");
	write_all(ctl, &a.sin_port, sizeof(a.sin_port));
	while (got < req->count) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n != (ssize_t)req->size)
			err(1, "datagram of %zd", n);
		got++;
	}
	return got;
}

static void serve_one(int fd)
{
	struct request req;
	uint64_t done = 0;

	read_all(fd, &req, sizeof(req));
	switch (req.op) {
	case SINK:
		done = take_stream(fd);
		break;
	case SOURCE:
		read_all(fd, buf, 1);
		send_stream(fd, req.count);
		return;
	case ECHO:
		echo(fd);
		return;
	case UDP:
		done = take_datagrams(fd, &req);
		break;
	}
	write_all(fd, &done, sizeof(done));
}

static void serve(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	signal(SIGCHLD, SIG_IGN);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (void *)&a, sizeof(a)) || listen(fd, 64))
		err(1, "port %d", PORT);
	if (daemon(0, 1))
		err(1, "daemon");
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			err(1, "accept");
		if (!fork()) {
			close(fd);
			setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			serve_one(c);
			exit(0);
		}
		close(c);
	}
}

static struct sockaddr_in address(const char *host)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		errx(2, "not an address: %s", host);
	return a;
}

static int ask(const char *host, const struct request *req)
{
	struct sockaddr_in a = address(host);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)))
		err(1, "connect %s", host);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	write_all(fd, req, sizeof(*req));
	return fd;
}

static const char *phase;
static uint64_t started;

/* Let everything that was set in motion come to rest first. */
static void begin(void)
{
	char line[128];

	usleep(100000);
	snprintf(line, sizeof(line), "begin %s\n", phase);
	mark(line);
	started = now();
}

static void end(const char *unit, uint64_t amount)
{
	uint64_t ns = now() - started;
	char line[256];

	snprintf(line, sizeof(line), "end %s %s=%llu ns=%llu\n", phase, unit,
		 (unsigned long long)amount, (unsigned long long)ns);
	mark(line);
	printf("%s", line);
}

/* Flows of one direction; each in a process of its own. */
static void start_flow(const char *host, enum op op, uint64_t bytes, int gate)
{
	struct request req = { .op = op, .count = bytes };
	int fd = ask(host, &req);
	uint64_t done;
	char c;

	if (fork()) {
		close(fd);
		return;
	}
	read_all(gate, &c, 1);
	if (op == SINK) {
		send_stream(fd, bytes);
		read_all(fd, &done, sizeof(done));
	} else {
		write_all(fd, buf, 1);
		done = take_stream(fd);
	}
	if (done != bytes)
		errx(1, "%llu bytes arrived, not %llu", (unsigned long long)done,
		     (unsigned long long)bytes);
	exit(0);
}

static void streams(const char *host, uint64_t bytes, int out, int in)
{
	int gate[2], status, i;

	if (pipe(gate))
		err(1, "pipe");
	for (i = 0; i < out; i++)
		start_flow(host, SINK, bytes, gate[0]);
	for (i = 0; i < in; i++)
		start_flow(host, SOURCE, bytes, gate[0]);
	begin();
	write_all(gate[1], buf, out + in);
	while (wait(&status) > 0)
		if (status)
			errx(1, "a flow failed");
	end("bytes", bytes * (out + in));
}

static void streams_of_file(const char *host, uint64_t bytes, int flows)
{
	file = memfd_create("file", 0);
	if (file < 0)
		err(1, "memfd_create");
	write_all(file, buf, CHUNK);
	streams(host, bytes, flows, 0);
}

static void rr(const char *host, uint64_t count)
{
	struct request req = { .op = ECHO };
	int fd = ask(host, &req);
	uint64_t i;

	begin();
	for (i = 0; i < count; i++) {
		write_all(fd, buf, 1);
		read_all(fd, buf, 1);
	}
	end("rounds", count);
}

static uint16_t checksum(const uint16_t *p, size_t words)
{
	uint32_t sum = 0;

	while (words--)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void ping(const char *host, uint64_t count)
{
	struct sockaddr_in a = address(host);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	struct timeval patience = { .tv_sec = 1 };
	union {
		struct icmphdr icmp;
		uint16_t words[32];	/* 56 bytes of data, as ping has it */
	} out = { .icmp.type = ICMP_ECHO, .icmp.un.echo.id = htons(4711) };
	uint64_t i, got = 0;

	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "raw socket");
	begin();
	for (i = 0; i < count; i++) {
		struct icmphdr *in;
		ssize_t n;

		out.icmp.un.echo.sequence = htons(i);
		out.icmp.checksum = 0;
		out.icmp.checksum = checksum(out.words, 32);
		if (send(fd, &out, sizeof(out), 0) != sizeof(out))
			err(1, "send");
		do {
			n = recv(fd, buf, sizeof(buf), 0);
			in = (void *)(buf + 4 * (buf[0] & 15));
		} while (n > 0 && (in->type != ICMP_ECHOREPLY ||
				   in->un.echo.sequence != out.icmp.un.echo.sequence));
		got += n > 0;
	}
	end("rounds", got);
	if (got != count)
		errx(1, "only %llu replies", (unsigned long long)got);
}

static void udp(const char *host, uint64_t count, size_t size, uint64_t burst,
		unsigned int pause)
{
	struct request req = { .op = UDP, .size = size, .count = count };
	struct sockaddr_in a = address(host);
	int ctl = ask(host, &req), fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t i, got;

	read_all(ctl, &a.sin_port, sizeof(a.sin_port));
	if (fd < 0 || size > sizeof(buf) || connect(fd, (void *)&a, sizeof(a)))
		err(1, "udp socket");
	begin();
	for (i = 0; i < count; i++) {
		if (i && !(i % burst))
			usleep(pause);
		if (send(fd, buf, size, 0) < 0)
			err(1, "send");
	}
	read_all(ctl, &got, sizeof(got));
	end("packets", got);
	if (got < count - count / 100)
		errx(1, "only %llu of %llu packets arrived", (unsigned long long)got,
		     (unsigned long long)count);
}

static void run(const char *unit, uint64_t amount, char **argv)
{
	int status;

	begin();
	if (!fork()) {
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	wait(&status);
	if (status)
		errx(1, "%s failed", argv[0]);
	end(unit, amount);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	phase = argc > 2 ? argv[2] : "";
	if (!strcmp(what, "serve") && argc == 2)
		serve();
	else if (!strcmp(what, "tcp") && argc == 6)
		streams(argv[3], to_number(argv[4]), to_number(argv[5]), 0);
	else if (!strcmp(what, "sendfile") && argc == 6)
		streams_of_file(argv[3], to_number(argv[4]), to_number(argv[5]));
	else if (!strcmp(what, "bidir") && argc == 5)
		streams(argv[3], to_number(argv[4]), 1, 1);
	else if (!strcmp(what, "rr") && argc == 5)
		rr(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "ping") && argc == 5)
		ping(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "udp") && argc == 8)
		udp(argv[3], to_number(argv[4]), to_number(argv[5]),
		    to_number(argv[6]), to_number(argv[7]));
	else if (!strcmp(what, "run") && argc > 5)
		run(argv[3], to_number(argv[4]), argv + 5);
	else
		errx(2, "usage: see the top of flow.c");
	return 0;
}
