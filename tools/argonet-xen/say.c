// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

#define LINES	256	/* of one pass; what is more is printed again */
#define LENGTH	256

static struct lines {
	char *line[LINES];
	unsigned int count;
} before, now;

static void print(int priority, const char *line)
{
	/* The journal takes the priority off the line. */
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", priority, line);
	else
		fprintf(stderr, "%s\n", line);
}

void say(int priority, const char *fmt, ...)
{
	char line[LENGTH];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	print(priority, line);
}

static bool has(const struct lines *l, const char *line)
{
	unsigned int i;

	for (i = 0; i < l->count; i++)
		if (!strcmp(l->line[i], line))
			return true;
	return false;
}

void say_once(const char *fmt, ...)
{
	char line[LENGTH];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (!has(&before, line) && !has(&now, line))
		print(LOG_WARNING, line);
	if (!has(&now, line) && now.count < LINES) {
		now.line[now.count] = strdup(line);
		if (now.line[now.count])
			now.count++;
	}
}

/* A pass begins: what nobody says in it is forgotten after it. */
void say_pass(void)
{
	while (before.count)
		free(before.line[--before.count]);
	before = now;
	now.count = 0;
}
