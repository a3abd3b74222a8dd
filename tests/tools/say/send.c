// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line that begins with "send": one message, told in full.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static uint32_t message_type(const char *name)
{
	if (!strcmp(name, "hello"))
		return NET(1);
	if (!strcmp(name, "bye"))
		return NET(2);
	if (!strcmp(name, "data"))
		return NET(3);
	return strtoul(name, NULL, 0);
}

static void pieces(char *list)
{
	char *word;

	say.pieces = 0;
	while ((word = strsep(&list, ",")) && say.pieces < ARGO_SAY_PIECES)
		lengths[say.pieces++] = strcmp(word, "bad") ? strtoul(word, NULL, 0) :
				       ARGO_SAY_UNMAPPED;
}

void send_line(char *args, const char *line)
{
	unsigned long times = 1;
	const char *want = NULL;
	bool none = false, ports = false;
	char *word, *value;
	unsigned int i;
	size_t rest;

	begin(ARGO_SAY_SEND, 0, message_type(strsep(&args, " ")));
	while ((word = strsep(&args, " "))) {
		value = strchr(word, '=');
		if (!*word)
			continue;
		if (!value) {
			put_part(word);
			continue;
		}
		*value++ = '\0';
		if (!strcmp(word, "port"))
			say.port += strtoul(value, NULL, 0);
		else if (!strcmp(word, "from"))
			say.from = strtoul(value, NULL, 0);
		else if (!strcmp(word, "source"))
			say.from_domid = strtoul(value, NULL, 0);
		else if (!strcmp(word, "pieces"))
			pieces(value);
		else if (!strcmp(word, "none"))
			none = true;
		else if (!strcmp(word, "ports"))
			ports = true;
		else if (!strcmp(word, "times"))
			times = strtoul(value, NULL, 0);
		else if (!strcmp(word, "want"))
			want = value;
		else
			errx(2, "no such option: %s", word);
	}
	end_record();
	rest = message.used;
	for (i = 0; i < say.pieces; i++)
		if (lengths[i] != ARGO_SAY_UNMAPPED)
			rest -= lengths[i];
	if (!none && (!say.pieces || rest))
		lengths[say.pieces++] = rest;
	for (; times; times--, say.from += ports) {
		int ret = once();
		const char *got = ret ? strerrorname_np(ret) : NULL;

		if ((want || got) && (!want || !got || strcmp(want, got)))
			errx(1, "%s: %s, not %s", line, got ?: "sent", want ?: "sent");
	}
}
