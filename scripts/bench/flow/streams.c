// SPDX-License-Identifier: GPL-2.0-only
/* Streams in one direction or both, each in a process of its own; and rounds. */
#define _GNU_SOURCE
#include <err.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow.h"

static int file = -1;	/* to send from, if there is one */

static void send_chunk(int fd, size_t len)
{
	off_t at = 0;

	if (file < 0)
		write_all(fd, buf, len);
	else
		while (at < (off_t)len)
			if (sendfile(fd, file, &at, len - at) < 0)
				err(1, "sendfile");
}

void send_stream(int fd, uint64_t bytes)
{
	while (bytes) {
		size_t n = bytes < CHUNK ? bytes : CHUNK;

		send_chunk(fd, n);
		bytes -= n;
	}
	if (shutdown(fd, SHUT_WR))
		err(1, "shutdown");
}

/* The end counts as an arrival, but not the first data: nobody knows when it was sent. */
uint64_t take_stream(int fd, struct gaps *gaps)
{
	uint64_t bytes = 0, last = 0;
	ssize_t n;

	do {
		uint64_t t;

		n = read(fd, buf, CHUNK);
		if (n < 0)
			err(1, "read");
		t = now();
		if (last)
			gaps_note(gaps, t - last);
		last = t;
		bytes += n;
	} while (n);
	return bytes;
}

static void start_flow(const char *host, enum op op, uint64_t bytes, int gate,
		       struct gaps *gaps)
{
	struct request req = { .op = op, .count = bytes };
	int fd = ask(host, &req);
	struct result result;
	char c;

	if (fork()) {
		close(fd);
		return;
	}
	read_all(gate, &c, 1);
	if (op == SINK) {
		send_stream(fd, bytes);
		read_all(fd, &result, sizeof(result));
		*gaps = result.gaps;
	} else {
		write_all(fd, buf, 1);
		result.done = take_stream(fd, gaps);
	}
	if (result.done != bytes)
		errx(1, "%llu bytes arrived, not %llu", (unsigned long long)result.done,
		     (unsigned long long)bytes);
	exit(0);
}

static void streams(const char *host, uint64_t bytes, int out, int in)
{
	int n = out + in, gate[2], status, i;
	struct gaps *gaps = shared(n * sizeof(*gaps)), sum = { 0 };

	if (pipe(gate))
		err(1, "pipe");
	stops_begin(host);
	for (i = 0; i < n; i++)
		start_flow(host, i < out ? SINK : SOURCE, bytes, gate[0], &gaps[i]);
	begin();
	write_all(gate[1], buf, n);
	while (wait(&status) > 0)
		if (status)
			errx(1, "a flow failed");
	end("bytes", bytes * n);
	for (i = 0; i < n; i++)
		gaps_add(&sum, &gaps[i]);
	stops_end(host, &sum);
}

void tcp(const char *host, uint64_t bytes, int flows)
{
	streams(host, bytes, flows, 0);
}

void tcp_of_file(const char *host, uint64_t bytes, int flows)
{
	file = memfd_create("file", 0);
	if (file < 0)
		err(1, "memfd_create");
	write_all(file, buf, CHUNK);
	streams(host, bytes, flows, 0);
}

void bidir(const char *host, uint64_t bytes)
{
	streams(host, bytes, 1, 1);
}

void rr(const char *host, uint64_t count)
{
	struct request req = { .op = ECHO };
	int fd = ask(host, &req);
	uint64_t i;

	begin();
	for (i = 0; i < count; i++) {
		write_all(fd, buf, 1);
		read_all(fd, buf, 1);
	}
	end("rounds", count);
}
