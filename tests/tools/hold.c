// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has received packets, and does not read them.
 *
 *   hold tcp PORT BYTES
 *   hold udp PORT BYTES
 *   hold packet DEVICE BYTES
 *
 * Up to BYTES of memory stay with a socket until SIGTERM; then it says how much it
 * was. Of TCP it is one connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <linux/sock_diag.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Memory that the kernel may charge a socket with, and what it inherits */
static void set_room(int fd, const char *bytes)
{
	int half = atoi(bytes) / 2;

	/* The kernel doubles it. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &half, sizeof(half)))
		err(1, "SO_RCVBUFFORCE");
}

static int inet(const char *port, int type, const char *bytes)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(atoi(port)),
	};
	int fd = socket(AF_INET6, type, 0);

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		err(1, "port %s", port);
	set_room(fd, bytes);
	if (type == SOCK_STREAM) {
		if (listen(fd, 1))
			err(1, "listen");
		fd = accept(fd, NULL, NULL);
	}
	return fd;
}

static int packet(const char *device, const char *bytes)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (!a.sll_ifindex || fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		err(1, "device %s", device);
	set_room(fd, bytes);
	return fd;
}

int main(int argc, char **argv)
{
	const char *what = argc == 4 ? argv[1] : "";
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t size = sizeof(info);
	sigset_t over;
	int fd, sig;

	sigemptyset(&over);
	sigaddset(&over, SIGTERM);
	sigprocmask(SIG_BLOCK, &over, NULL);
	if (!strcmp(what, "tcp"))
		fd = inet(argv[2], SOCK_STREAM, argv[3]);
	else if (!strcmp(what, "udp"))
		fd = inet(argv[2], SOCK_DGRAM, argv[3]);
	else if (!strcmp(what, "packet"))
		fd = packet(argv[2], argv[3]);
	else
		errx(2, "usage: see the top of hold.c");
	sigwait(&over, &sig);
	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size))
		err(1, "SO_MEMINFO");
	printf("%u\n", info[SK_MEMINFO_RMEM_ALLOC]);
	return 0;
}
