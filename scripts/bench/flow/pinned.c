// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory datagrams take that nobody reads, and how much of it their
 * socket is charged with. Other data comes between them, so that whoever keeps a
 * large piece of memory for a small part of it is found out.
 */
#include <err.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flow.h"

#define SIZE		1000	/* of a datagram that is kept */
#define OTHER		31000	/* bytes after each, in a stream or datagrams */
#define OTHER_SIZE	1400
#define PER_ROUND	300
#define WARM		4	/* rounds until the driver has all memory that it wants for itself */

struct memory {
	uint64_t free;
	uint64_t charged;
};

static int udp_socket(int room)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "udp socket");
	return fd;
}

static struct memory memory(int fd)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);
	struct memory m = { 0 };
	unsigned long long kib;
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemFree: %llu", &kib) == 1)
			m.free = kib * 1024;
	if (!m.free || getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		err(1, "no numbers");
	fclose(f);
	m.charged = info[SK_MEMINFO_RMEM_ALLOC];
	return m;
}

/* The serving end: two sockets, of which one keeps nearly nothing */
void pin(int ctl)
{
	int kept = udp_socket(64 << 20), other = udp_socket(1);

	tell_port(ctl, kept);
	tell_port(ctl, other);
	while (read(ctl, buf, 1) == 1) {
		struct memory m = memory(kept);

		write_all(ctl, &m, sizeof(m));
	}
}

static int connected(struct sockaddr_in to, int ctl)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	read_all(ctl, &to.sin_port, sizeof(to.sin_port));
	if (fd < 0 || connect(fd, (void *)&to, sizeof(to)))
		err(1, "udp socket");
	return fd;
}

static void send_one(int fd, size_t size)
{
	if (send(fd, buf, size, 0) < 0)
		err(1, "send");
}

static struct memory ask_memory(int ctl)
{
	struct memory m;

	write_all(ctl, buf, 1);
	read_all(ctl, &m, sizeof(m));
	return m;
}

void pinned(const char *host, unsigned int rounds)
{
	struct request sink = { .op = SINK }, req = { .op = PIN };
	int stream = ask(host, &sink), ctl = ask(host, &req);
	int kept = connected(address(host), ctl), other = connected(address(host), ctl);
	struct memory from = { 0 }, to;
	unsigned int i, n;

	for (i = 0; i < (WARM + rounds) * PER_ROUND; i++) {
		if (i == WARM * PER_ROUND)
			from = ask_memory(ctl);
		send_one(kept, SIZE);
		if (i % 2)
			write_all(stream, buf, OTHER);
		for (n = 0; !(i % 2) && n < OTHER / OTHER_SIZE; n++)
			send_one(other, OTHER_SIZE);
		/* Memory comes back late. */
		usleep(i % PER_ROUND == PER_ROUND - 1 ? 500000 : 2000);
	}
	to = ask_memory(ctl);
	if (to.charged <= from.charged + rounds * PER_ROUND * SIZE)
		errx(1, "datagrams were lost");
	printf("note %s pinned=%.4f\n", phase,
	       ((double)from.free - to.free) / (to.charged - from.charged));
}
