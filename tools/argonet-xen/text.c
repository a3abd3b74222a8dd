// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define HEX	"0123456789abcdefABCDEF"
#define WORD	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"

/* Decimal, or hexadecimal behind 0x. No sign, no blank, nothing behind it. */
bool text_number(const char *s, uint32_t max, uint32_t *out)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned long long v;
	size_t len;

	if (hex)
		s += 2;
	len = strspn(s, hex ? HEX : "0123456789");
	/* So many digits cannot overflow what they are read into. */
	if (!len || s[len] || len > 15)
		return false;
	v = strtoull(s, NULL, hex ? 16 : 10);
	if (v > max)
		return false;
	*out = v;
	return true;
}

/* Six bytes that one station may have: not zero, no group */
bool text_mac(const char *s, uint8_t mac[MAC_LEN])
{
	uint8_t any = 0;
	int i;

	for (i = 0; i < MAC_LEN; i++, s += 3) {
		if (!isxdigit((unsigned char)s[0]) || !isxdigit((unsigned char)s[1]) ||
		    s[2] != (i < MAC_LEN - 1 ? ':' : '\0'))
			return false;
		mac[i] = strtoul(s, NULL, 16);
		any |= mac[i];
	}
	return any && !(mac[0] & 1);
}

/*
 * A name of a domain, a bridge or a script. It begins with a letter or a digit, so it
 * is neither an option nor a hidden file, and has no slash.
 */
bool text_word(const char *s, size_t size)
{
	size_t len = strlen(s);

	return len && len < size && isalnum((unsigned char)s[0]) &&
	       strspn(s, WORD) == len;
}

bool text_uuid(const char *s)
{
	int i;

	for (i = 0; i < UUID_SIZE - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return false;
		} else if (!isxdigit((unsigned char)s[i])) {
			return false;
		}
	}
	return !s[i];
}

bool text_generation(const char *s)
{
	return strlen(s) == GENERATION_SIZE - 1 && strspn(s, HEX) == GENERATION_SIZE - 1;
}

/* Return: false if it did not fit, and then @to is empty. */
bool text_copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	to[0] = '\0';
	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}
