// SPDX-License-Identifier: GPL-2.0-only
/*
 * A message is put together here, byte by byte.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

struct message message;
static uint64_t chance = 1;

void empty(void)
{
	message.used = 0;
	message.record = SIZE_MAX;
	message.ip6 = SIZE_MAX;
}

void any_from(uint64_t seed)
{
	chance = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

uint32_t any(void)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (chance * 0x2545f4914f6cdd1dULL) >> 32;
}

void put(const void *bytes, size_t len)
{
	if (len > sizeof(message.bytes) - message.used)
		errx(2, "too long a message.bytes");
	memcpy(message.bytes + message.used, bytes, len);
	message.used += len;
}

void put_le(uint64_t value, size_t bytes)
{
	put(&value, bytes);
}

void put_be16(uint16_t value)
{
	value = htons(value);
	put(&value, 2);
}

/* Numbers after a part's name; @n of them at most, others stay as they are */
void numbers(char *s, uint64_t *value, unsigned int n)
{
	char *word;

	for (; n && (word = strsep(&s, ":")); value++, n--)
		if (*word)
			*value = strtoull(word, NULL, 0);
}

void hex(const char *s, uint8_t *out, size_t len)
{
	unsigned int byte;

	for (; len; len--, s += 2) {
		if (sscanf(s, "%2x", &byte) != 1)
			errx(2, "not hexadecimal: %s", s);
		*out++ = byte;
	}
}
