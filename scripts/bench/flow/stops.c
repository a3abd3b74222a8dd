// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no sum of costs shows: that data stopped coming for a while, that TCP
 * lost patience, that one CPU did the work of all.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flow.h"

void gaps_note(struct gaps *gaps, uint64_t ns)
{
	if (ns > gaps->longest)
		gaps->longest = ns;
	gaps->over10ms += ns > 10000000;
	gaps->over50ms += ns > 50000000;
}

void gaps_add(struct gaps *sum, const struct gaps *more)
{
	if (more->longest > sum->longest)
		sum->longest = more->longest;
	sum->over10ms += more->over10ms;
	sum->over50ms += more->over50ms;
}

/* /proc/net/netstat has a line of names above each line of numbers. */
static uint64_t tcp_timeouts(void)
{
	static char names[8192], numbers[8192];
	FILE *f = fopen("/proc/net/netstat", "r");

	while (f && fgets(names, sizeof(names), f) && fgets(numbers, sizeof(numbers), f)) {
		char *n, *v, *name = strtok_r(names, " \n", &n);
		char *value = strtok_r(numbers, " \n", &v);

		for (; name && value; name = strtok_r(NULL, " \n", &n),
				      value = strtok_r(NULL, " \n", &v))
			if (!strcmp(name, "TCPTimeouts")) {
				fclose(f);
				return to_number(value);
			}
	}
	errx(1, "/proc/net/netstat: no TCPTimeouts");
}

struct counters own_counters(void)
{
	struct counters c = { .timeouts = tcp_timeouts() };
	FILE *f = fopen("/proc/net/softnet_stat", "r");
	unsigned int packets;
	int cpu;

	if (!f)
		err(1, "/proc/net/softnet_stat");
	for (cpu = 0; cpu < MAX_CPUS && fscanf(f, "%x%*[^\n]", &packets) == 1; cpu++)
		c.packets[cpu] = packets;
	fclose(f);
	return c;
}

static struct counters counters_of(const char *host)
{
	struct request req = { .op = COUNTERS };
	int fd = ask(host, &req);
	struct counters c;

	read_all(fd, &c, sizeof(c));
	close(fd);
	return c;
}

static struct counters here, there;

void stops_begin(const char *host)
{
	there = counters_of(host);
	here = own_counters();
}

/* The part of the receiver's packets that its busiest CPU brought to the stack */
static double busiest(const struct counters *before, const struct counters *after)
{
	uint64_t most = 0, sum = 0;
	int i;

	for (i = 0; i < MAX_CPUS; i++) {
		uint32_t n = after->packets[i] - before->packets[i];

		sum += n;
		if (n > most)
			most = n;
	}
	return sum ? (double)most / sum : 0;
}

/* Printed, not marked: the plugin has no part in it. */
void stops_end(const char *host, const struct gaps *gaps)
{
	struct counters us = own_counters(), them = counters_of(host);

	printf("note %s timeouts=%d over50ms=%d over10ms=%d longest_us=%d busiest=%.4f\n", phase,
	       (int)(us.timeouts - here.timeouts + them.timeouts - there.timeouts),
	       (int)gaps->over50ms, (int)gaps->over10ms, (int)(gaps->longest / 1000),
	       busiest(&there, &them));
}
