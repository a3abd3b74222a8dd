// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines that stand for many hypercalls: by chance, or the same for some time.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

/* Mostly a header that is believed, so that what follows it is looked at */
static void random_frame(void)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q };
	static const uint8_t protocols[] = { 6, 17, 1, 58, 0, 43, 44, 60 };
	uint16_t type = types[any() % 4];
	size_t start, len = any() % 200;
	char args[64];

	put_record("");
	/* Now and then with a request to finish it */
	if (any() % 8 == 0) {
		static const uint8_t gso[] = { 0, 1, 4, 5 };

		message.bytes[message.record + 4] = 1;
		message.bytes[message.record + 5] = gso[any() % 4];
		message.bytes[message.record + 8] = any() % 100;
		message.bytes[message.record + 10] = any() % 2 ? 34 : 14 + any() % 80;
		message.bytes[message.record + 12] = any() % 2 ? 6 : 16;
	}
	put(peer_mac, 6);
	put(own_mac, 6);
	put_be16(type);
	start = message.used;
	if (any() % 5) {
		uint8_t next = protocols[any() % 8];

		if (type == ETH_P_IP && len >= 60) {
			snprintf(args, sizeof(args), "%zu:%u:%u:%u", len,
				 any() % 2 ? 5 : 5 + any() % 11,
				 any() % 2 ? 0 : any() & 0xffff, next);
			put_ip4(args);
		} else if (type == ETH_P_IPV6 && len >= 40) {
			snprintf(args, sizeof(args), "%zu:%u", len - 40, next);
			put_ip6(args);
		}
	}
	while (message.used < start + len)
		put_le(any(), 1);
}

static void random_frames(unsigned long count)
{
	while (count) {
		unsigned int n;

		begin(ARGO_SAY_SEND, 0, NET(3));
		for (n = 0; n < 100 && count; n++, count--)
			random_frame();
		whole();
		must("random");
	}
}

static void babble(unsigned long count)
{
	for (; count; count--) {
		unsigned int kind = 1 + any() % 3;
		size_t len = any() % 400;

		begin(ARGO_SAY_SEND, any() % 2, NET(kind));
		if (kind == 3 && any() % 4)
			put_le(any() % 400, 4);
		while (message.used < len)
			put_le(any(), 1);
		whole();
		must("babble");
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void flood(double seconds, size_t len)
{
	double end = now() + seconds;
	unsigned long sent = 0;

	begin(ARGO_SAY_SEND, 0, NET(3));
	put_record("");
	put_eth(len);
	whole();
	for (; now() < end; sent++)
		must("flood");
	printf("flooded %lu\n", sent);
}

static void hellos(unsigned long count)
{
	char args[] = "0x5e55";

	begin(ARGO_SAY_SEND, 0, NET(1));
	put_hello(args);
	whole();
	for (; count; count--)
		must("hello");
}

static void ring(uint32_t what, uint32_t port, uint32_t len)
{
	begin(what, port, len);
	must(what == ARGO_SAY_REGISTER ? "register" : "unregister");
}

/* All that there are left for this domain */
static void have_all_rings(unsigned int seconds)
{
	unsigned int i, n = 0;
	int ret;

	for (;;) {
		begin(ARGO_SAY_REGISTER, 0x1000 + n, 4032);
		ret = once();
		if (ret)
			break;
		n++;
	}
	if (ret != ENOSPC)
		errx(1, "ring %u: %s", n, strerrorname_np(ret));
	sleep(seconds);
	for (i = 0; i < n; i++)
		ring(ARGO_SAY_UNREGISTER, 0x1000 + i, 0);
	printf("had %u rings\n", n);
}

static void churn(double seconds, uint32_t port, uint32_t len)
{
	double end = now() + seconds;
	unsigned long times = 0;

	for (; now() < end; times++) {
		ring(ARGO_SAY_REGISTER, port, len);
		ring(ARGO_SAY_UNREGISTER, port, 0);
	}
	printf("churned %lu\n", times);
}

static void spin(double seconds)
{
	/* Xen's layout: no gaps */
	struct {
		uint32_t port;
		uint16_t domid, pad, flags, pad2;
		uint32_t space, max;
	} entry = { .domid = domid };
	double end = now() + seconds;
	unsigned long times = 0;
	unsigned int i;

	begin(ARGO_SAY_NOTIFY, 0, 0);
	put_le(256, 8);
	for (i = 0; i < 256; i++) {
		entry.port = PORT + i % 2;
		entry.space = i * 1000;
		put(&entry, sizeof(entry));
	}
	for (; now() < end; times++)
		must("spin");
	printf("spun %lu\n", times);
}

/* Return: is there such a line? */
bool many(const char *word, const uint64_t *v)
{
	if (!strcmp(word, "random") || !strcmp(word, "babble")) {
		any_from(v[0]);
		if (*word == 'r')
			random_frames(v[1]);
		else
			babble(v[1]);
	} else if (!strcmp(word, "flood")) {
		flood(v[0], v[1]);
	} else if (!strcmp(word, "hellos")) {
		hellos(v[0]);
	} else if (!strcmp(word, "register")) {
		ring(ARGO_SAY_REGISTER, v[0], v[1]);
	} else if (!strcmp(word, "unregister")) {
		ring(ARGO_SAY_UNREGISTER, v[0], 0);
	} else if (!strcmp(word, "rings")) {
		have_all_rings(v[0]);
	} else if (!strcmp(word, "churn")) {
		churn(v[0], v[1], v[2]);
	} else if (!strcmp(word, "spin")) {
		spin(v[0]);
	} else {
		return false;
	}
	return true;
}
