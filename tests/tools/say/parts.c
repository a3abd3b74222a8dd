// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of a message, as the top of main.c has them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void end_record(void)
{
	uint32_t len;

	if (message.record == SIZE_MAX)
		return;
	len = message.used - message.record - RECORD;
	memcpy(message.bytes + message.record, &len, sizeof(len));
	message.record = SIZE_MAX;
}

static void align_record(void)
{
	end_record();
	while (message.used % RECORD)
		put("", 1);
}

static void put_mac(const char *name, const uint8_t *otherwise)
{
	uint8_t mac[6];

	if (!name || !*name)
		put(otherwise, 6);
	else if (!strcmp(name, "peer"))
		put(peer_mac, 6);
	else if (!strcmp(name, "own"))
		put(own_mac, 6);
	else
		hex(name, mac, 6), put(mac, 6);
}

uint8_t pattern(size_t len, size_t at)
{
	return len * 31 + at * 7 + (at >> 8);
}

void put_eth(size_t len)
{
	size_t at = message.used, i;

	put(peer_mac, 6);
	put(own_mac, 6);
	put_be16(ETHERTYPE);
	for (i = ETH_HLEN; i < len; i++) {
		uint8_t byte = pattern(len, i);

		put(&byte, 1);
	}
	/* A runt is the beginning of it. */
	message.used = at + len;
}

void put_record(char *args)
{
	uint64_t v[7] = { 0 };

	numbers(args, v, 7);
	align_record();
	message.record = message.used;
	put_le(0, 4);
	put_le(v[0], 1);
	put_le(v[1], 1);
	put_le(v[5], 2);	/* hdr_len */
	put_le(v[2], 2);	/* gso_size */
	put_le(v[3], 2);	/* csum_start */
	put_le(v[4], 2);	/* csum_offset */
	put_le(v[6], 2);
}

static uint32_t sum(const uint8_t *bytes, size_t len, uint32_t start)
{
	size_t i;

	for (i = 0; i < len; i++)
		start += i % 2 ? bytes[i] : bytes[i] << 8;
	return start;
}

static uint16_t fold(uint32_t value)
{
	value = (value & 0xffff) + (value >> 16);
	return ~(value + (value >> 16));
}

void put_ip4(char *args)
{
	uint64_t v[5] = { 20, 5, 0, 17, 0 };
	uint8_t h[60] = { 0 };
	size_t words;
	uint16_t check;

	numbers(args, v, 5);
	words = v[1] < 5 ? 5 : v[1];
	h[0] = 0x40 | v[1];
	h[2] = v[0] >> 8;
	h[3] = v[0];
	h[4] = 0x12;
	h[6] = v[2] >> 8;
	h[7] = v[2];
	h[8] = 64;
	h[9] = v[3];
	memcpy(h + 12, (uint8_t []){ 10, 77, 0, 2, 10, 77, 0, 1 }, 8);
	memset(h + 20, 1, sizeof(h) - 20);	/* options: nothing */
	check = fold(sum(h, (v[1] ? v[1] : 5) * 4, 0)) ^ v[4];
	h[10] = check >> 8;
	h[11] = check;
	put(h, words * 4);
}

void put_ip6(char *args)
{
	uint64_t v[3] = { 0, 59, 255 };
	uint8_t h[40] = { 0x60 };

	numbers(args, v, 3);
	message.ip6 = message.used;
	h[4] = v[0] >> 8;
	h[5] = v[0];
	h[6] = v[1];
	h[7] = v[2];
	memcpy(h + 8, (uint8_t []){ 0xfd, 0x77 }, 2);
	memcpy(h + 24, (uint8_t []){ 0xfd, 0x77 }, 2);
	h[23] = 2;
	h[39] = 1;
	put(h, sizeof(h));
}

static void sum6(void)
{
	size_t len = message.used - message.ip6 - 40;
	uint16_t check = fold(sum(message.bytes + message.ip6 + 40, len,
				  sum(message.bytes + message.ip6 + 8, 32, len + 58)));

	message.bytes[message.ip6 + 42] = check >> 8;
	message.bytes[message.ip6 + 43] = check;
}

void put_hello(char *args)
{
	uint64_t v[9] = { 0x5e55, 1522, 65536, 0, 0, 1, 1, 1, 0 };

	numbers(args, v, 9);
	put_le(v[5], 1);
	put_le(v[6], 1);
	put_le(v[4], 2);
	put_le(v[3], 4);
	put_le(v[0], 8);
	put_le(0, 8);
	put_le(v[1], 4);
	put_le(v[2], 4);
	put_le(v[7], 4);
	put_le(65536, 4);
	put_le(v[8], 4);
	put_le(0, 8);
	put_le(0, 8);
	put_le(0, 4);
}

void put_part(char *part)
{
	char *args = strchrnul(part, ':');
	uint64_t v[2] = { 0 };
	size_t n;

	if (*args)
		*args++ = '\0';
	if (!strcmp(part, "rec")) {
		put_record(args);
	} else if (!strcmp(part, "lie")) {
		numbers(args, v, 1);
		put_record("");
		memcpy(message.bytes + message.record, v, 4);
		message.record = SIZE_MAX;
	} else if (!strcmp(part, "dirt")) {
		for (end_record(); message.used % RECORD; )
			put_le(0xff, 1);
	} else if (!strcmp(part, "eth")) {
		put_eth(strtoul(args, NULL, 0));
	} else if (!strcmp(part, "head")) {
		char *type = strsep(&args, ":"), *to = strsep(&args, ":");

		put_mac(to, peer_mac);
		put_mac(args, own_mac);
		put_be16(strtoul(type, NULL, 0));
	} else if (!strcmp(part, "ip4")) {
		put_ip4(args);
	} else if (!strcmp(part, "ip6")) {
		put_ip6(args);
	} else if (!strcmp(part, "sum6")) {
		sum6();
	} else if (!strcmp(part, "hello")) {
		put_hello(args);
	} else if (!strcmp(part, "bye")) {
		numbers(args, v, 2);
		put(v, sizeof(v));
	} else if (!strcmp(part, "x")) {
		n = strlen(args) / 2;
		hex(args, message.bytes + message.used, n);
		message.used += n;
	} else if (!strcmp(part, "zero")) {
		for (n = strtoul(args, NULL, 0); n; n--)
			put("", 1);
	} else if (!strcmp(part, "any")) {
		for (n = strtoul(args, NULL, 0); n; n--)
			put_le(any(), 1);
	} else {
		errx(2, "no such part: %s", part);
	}
}
