// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, time, connections, and the marks around what is measured. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK_SENDER
#include "../mark.h"
#include "flow.h"

char buf[CHUNK];
const char *phase;
static uint64_t started;

uint64_t to_number(const char *s)
{
	char *end;
	uint64_t v = strtoull(s, &end, 0);

	if (!*s || *end)
		errx(2, "not a number: %s", s);
	return v;
}

uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void write_all(int fd, const void *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			err(1, "write");
		data = (const char *)data + n;
		len -= n;
	}
}

void read_all(int fd, void *data, size_t len)
{
	while (len) {
		ssize_t n = read(fd, data, len);

		if (n <= 0)
			err(1, "read: %s", n ? "" : "too early an end");
		data = (char *)data + n;
		len -= n;
	}
}

struct sockaddr_in address(const char *host)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		errx(2, "not an address: %s", host);
	return a;
}

int ask(const char *host, const struct request *req)
{
	struct sockaddr_in a = address(host);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)))
		err(1, "connect %s", host);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	write_all(fd, req, sizeof(*req));
	return fd;
}

/* Memory that processes forked later have in common */
void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* Let everything that was set in motion come to rest first. */
void begin(void)
{
	char line[128];

	usleep(100000);
	snprintf(line, sizeof(line), "begin %s\n", phase);
	mark(line);
	started = now();
}

void end(const char *unit, uint64_t amount)
{
	uint64_t ns = now() - started;
	char line[256];

	snprintf(line, sizeof(line), "end %s %s=%llu ns=%llu\n", phase, unit,
		 (unsigned long long)amount, (unsigned long long)ns);
	mark(line);
	printf("%s", line);
}
