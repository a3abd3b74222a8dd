// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's side: frames that it passed on, and frames for it to send.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

static int told_to_tell[2];

static void on_signal(int signal)
{
	(void)!write(told_to_tell[1], "", 1);
}

/* A question or an answer of the stack */
static bool is_arp(const uint8_t *frame, ssize_t len)
{
	return len >= ETH_HLEN && frame[12] == ETH_P_ARP >> 8 &&
	       frame[13] == (ETH_P_ARP & 0xff);
}

/*
 * Frames that the device passed on: how many in all, and of our own type those
 * of which each byte is right, and those that are damaged. And ARP that it was given
 * to send.
 */
void hear(const char *name)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), room = 64 << 20;
	unsigned long heard = 0, good = 0, arps = 0, damaged = 0;
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .events = POLLIN } };

	if (pipe(told_to_tell))
		err(1, "pipe");
	p[1].fd = told_to_tell[0];
	sigaction(SIGUSR1, &action, NULL);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (void *)&a, sizeof(a)))
		err(1, "device %s", name);
	on_signal(0);
	for (;;) {
		socklen_t from = sizeof(a);
		ssize_t len, i;

		if (poll(p, 2, -1) < 0)
			continue;
		/* What is there already counts. */
		if (!p[0].revents) {
			if (read(told_to_tell[0], message.bytes, 1) != 1)
				return;
			printf("heard %lu\ngood %lu\narps %lu\ndamaged %lu\n", heard, good,
			       arps, damaged);
			fflush(stdout);
			continue;
		}
		len = recvfrom(fd, message.bytes, sizeof(message.bytes), 0, (void *)&a, &from);
		if (len < 0)
			continue;
		if (a.sll_pkttype == PACKET_OUTGOING) {
			arps += is_arp(message.bytes, len);
			continue;
		}
		heard++;
		if (len < ETH_HLEN || message.bytes[12] != ETHERTYPE >> 8 ||
		    message.bytes[13] != (ETHERTYPE & 0xff))
			continue;
		for (i = ETH_HLEN; i < len && message.bytes[i] == pattern(len, i); i++)
			;
		if (i < len)
			damaged++;
		else
			good++;
	}
}

void frames(const char *name, char **lengths)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		err(1, "device %s", name);
	memset(message.bytes, 0xff, 6);
	for (; *lengths; lengths++)
		puts(send(fd, message.bytes, atoi(*lengths), 0) < 0 ?
		     strerrorname_np(errno) : "sent");
}
