// SPDX-License-Identifier: GPL-2.0-only
/*
 * Those who keep what they receive: a program that stopped reading, one that never
 * read, the defragmenter, a tap. They keep some MiB until the sender is killed. And
 * a reader who keeps nothing, to compare the first with.
 */
#include <err.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flow.h"

enum kind { READER, STREAM, DATAGRAMS, TAP, FRAGMENTS };

#define ROOM		(4 << 20)	/* of a socket nobody reads: as much as a ring has */
#define READ_BEFORE	(32 << 20)	/* by then a stream has all the room it can get */
#define FRAGMENT	1100
#define PID_FILE	"/tmp/flow-hold"

static void make_room(int fd)
{
	int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "room of a socket");
}

static void take_some(int fd, uint64_t bytes)
{
	uint64_t got = 0;
	ssize_t n;

	for (; got < bytes; got += n) {
		n = read(fd, buf, CHUNK);
		if (n <= 0)
			err(1, "read");
	}
}

/* The serving end */
void keep(int ctl, const struct request *req)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd;

	switch (req->size) {
	case READER:
	case STREAM:
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || listen(fd, 1))
			err(1, "listen");
		tell_port(ctl, fd);
		fd = accept(fd, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		take_some(fd, READ_BEFORE);
		if (req->size == READER)
			take_some(fd, ROOM);
		break;
	case DATAGRAMS:
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
			err(1, "udp socket");
		make_room(fd);
		tell_port(ctl, fd);
		break;
	case TAP:
		fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
		if (fd < 0)
			err(1, "packet socket");
		make_room(fd);
		break;
	}
	/* The other end never writes, so this returns when it is gone. */
	while (read(ctl, buf, 1) > 0)
		;
}

static void send_datagrams(int fd)
{
	unsigned int i;

	/* Fill the socket, then 200 a second: they do not cost the others time. */
	for (i = 0;; i++) {
		if (i > 4000 || i % 64 == 0)
			usleep(5000);
		if (send(fd, buf, 1400, 0) < 0)
			err(1, "send");
	}
}

/* First parts of datagrams whose other parts never come, 100 a second */
static void send_fragments(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	static union {
		struct iphdr ip;
		char bytes[FRAGMENT];
	} out = { .ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP } };

	if (fd < 0)
		err(1, "raw socket");
	out.ip.frag_off = htons(IP_MF);
	out.ip.daddr = to->sin_addr.s_addr;
	for (;; usleep(10000)) {
		out.ip.id = htons(ntohs(out.ip.id) + 1);
		if (sendto(fd, &out, FRAGMENT, 0, (void *)to, sizeof(*to)) != FRAGMENT)
			err(1, "fragment");
	}
}

static void send_for_ever(enum kind kind, struct sockaddr_in to, int ctl)
{
	bool stream = kind == READER || kind == STREAM;
	int fd = -1;

	if (stream || kind == DATAGRAMS) {
		read_all(ctl, &to.sin_port, sizeof(to.sin_port));
		fd = socket(AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
		if (fd < 0 || connect(fd, (void *)&to, sizeof(to)))
			err(1, "connect");
	}
	if (stream)
		for (uint64_t done = 0; kind == STREAM || done < READ_BEFORE + ROOM; done += CHUNK)
			write_all(fd, buf, CHUNK);
	if (kind == DATAGRAMS)
		send_datagrams(fd);
	if (kind == FRAGMENTS)
		send_fragments(&to);
	pause();
}

/* Return when it holds what it is going to hold; kill what PID_FILE says to end it. */
void hold(const char *what, const char *host)
{
	static const char *const names[] = {
		"reader", "stream", "datagrams", "tap", "fragments"
	};
	struct request req = { .op = KEEP };
	FILE *f;
	int ctl;

	while (strcmp(what, names[req.size]))
		if (++req.size > FRAGMENTS)
			errx(2, "hold: %s?", what);
	ctl = ask(host, &req);
	f = fopen(PID_FILE, "w");
	if (!f)
		err(1, PID_FILE);
	if (fork()) {
		sleep(2);
		return;
	}
	fprintf(f, "%d\n", getpid());
	fclose(f);
	setsid();
	if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "w", stderr))
		err(1, "/dev/null");
	send_for_ever(req.size, address(host), ctl);
	exit(1);
}
