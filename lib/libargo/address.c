// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as text: [argo://]DOMAIN:PORT. DOMAIN is a number, "any", or a name
 * of the file of hosts; PORT a number, or "any".
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define ARGO_SCHEME	"argo://"
/* Numbers from here on are no domains. */
#define ARGO_DOMID_END	0x7ff0
#define ARGO_LINE_MAX	256

/* Digits only: strtoul() takes signs and spaces, too. */
static int argo_number(const char *text, size_t len, unsigned long max, unsigned long *value)
{
	int base = len > 2 && text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10;
	size_t i = base == 16 ? 2 : 0;
	unsigned long digit, sum = 0;

	if (!len)
		return -1;
	for (; i < len; i++) {
		int c = text[i];

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (base == 16 && (c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10;
		else
			return -1;
		if (sum > (max - digit) / base)
			return -1;
		sum = sum * base + digit;
	}
	*value = sum;
	return 0;
}

static int argo_is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(text, word, len);
}

static int argo_domain_number(const char *text, size_t len, uint16_t *domid)
{
	unsigned long value;

	if (argo_is(text, len, "any")) {
		*domid = ARGO_DOMID_ANY;
		return 0;
	}
	if (argo_number(text, len, ARGO_DOMID_END - 1, &value))
		return -1;
	*domid = value;
	return 0;
}

/* A line is NUMBER NAME...; from # on it is a comment. */
static int argo_host_line(char *line, const char *name, size_t len, uint16_t *domid)
{
	char *save, *word, *number;

	line[strcspn(line, "#\n")] = 0;
	number = strtok_r(line, " \t", &save);
	if (!number || argo_domain_number(number, strlen(number), domid))
		return -1;
	while ((word = strtok_r(NULL, " \t", &save)))
		if (argo_is(name, len, word))
			return 0;
	return -1;
}

static int argo_host(const char *hosts, const char *name, size_t len, uint16_t *domid)
{
	char line[ARGO_LINE_MAX];
	int ret = -1;
	FILE *f;

	if (!hosts)
		return -1;
	f = fopen(hosts, "re");
	if (!f)
		return -1;
	while (ret && fgets(line, sizeof(line), f))
		ret = argo_host_line(line, name, len, domid);
	fclose(f);
	return ret;
}

int argo_parse_in(const char *hosts, const char *text, struct argo_addr *addr)
{
	unsigned long port = ARGO_PORT_ANY;
	const char *colon;
	size_t len;

	if (!strncmp(text, ARGO_SCHEME, strlen(ARGO_SCHEME)))
		text += strlen(ARGO_SCHEME);
	colon = strchr(text, ':');
	if (!colon)
		goto bad;
	len = strlen(colon + 1);
	if (!argo_is(colon + 1, len, "any") &&
	    argo_number(colon + 1, len, ARGO_PORT_ANY - 1UL, &port))
		goto bad;
	len = colon - text;
	if (!len)
		goto bad;
	if (argo_domain_number(text, len, &addr->domid)) {
		/* What looks like a number is not looked up. */
		if (isdigit((unsigned char)*text))
			goto bad;
		if (argo_host(hosts, text, len, &addr->domid)) {
			errno = ENOENT;
			return -1;
		}
	}
	addr->port = port;
	return 0;
bad:
	errno = EINVAL;
	return -1;
}

int argo_parse(const char *text, struct argo_addr *addr)
{
	return argo_parse_in(ARGO_HOSTS, text, addr);
}

/* As snprintf() */
int argo_format(const struct argo_addr *addr, char *text, size_t len)
{
	char domain[8] = "any", port[16] = "any";

	if (addr->domid != ARGO_DOMID_ANY)
		snprintf(domain, sizeof(domain), "%u", addr->domid);
	if (addr->port != ARGO_PORT_ANY)
		snprintf(port, sizeof(port), "%#x", addr->port);
	return snprintf(text, len, ARGO_SCHEME "%s:%s", domain, port);
}
