// SPDX-License-Identifier: GPL-2.0-only
/* Packets one by one: ICMP echo, datagrams. */
#include <err.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "flow.h"

/* Until all have come, or none for a second. */
uint64_t take_datagrams(int ctl, const struct request *req)
{
	struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 32 << 20;
	uint64_t got = 0;

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "udp socket");
	tell_port(ctl, fd);
	while (got < req->count) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n != (ssize_t)req->size)
			err(1, "datagram of %zd", n);
		got++;
	}
	return got;
}

uint16_t checksum(const uint16_t *p, size_t words)
{
	uint32_t sum = 0;

	while (words--)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

void ping(const char *host, uint64_t count)
{
	struct sockaddr_in a = address(host);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	struct timeval patience = { .tv_sec = 1 };
	union {
		struct icmphdr icmp;
		uint16_t words[32];	/* 56 bytes of data, as ping has it */
	} out = { .icmp.type = ICMP_ECHO, .icmp.un.echo.id = htons(4711) };
	uint64_t i, got = 0;

	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "raw socket");
	begin();
	for (i = 0; i < count; i++) {
		struct icmphdr *in;
		ssize_t n;

		out.icmp.un.echo.sequence = htons(i);
		out.icmp.checksum = 0;
		out.icmp.checksum = checksum(out.words, 32);
		if (send(fd, &out, sizeof(out), 0) != sizeof(out))
			err(1, "send");
		do {
			n = recv(fd, buf, sizeof(buf), 0);
			in = (void *)(buf + 4 * (buf[0] & 15));
		} while (n > 0 && (in->type != ICMP_ECHOREPLY ||
				   in->un.echo.sequence != out.icmp.un.echo.sequence));
		got += n > 0;
	}
	end("rounds", got);
	if (got != count)
		errx(1, "only %llu replies", (unsigned long long)got);
}

void udp(const char *host, uint64_t count, size_t size, uint64_t burst, unsigned int pause)
{
	struct request req = { .op = UDP, .size = size, .count = count };
	struct sockaddr_in a = address(host);
	int ctl = ask(host, &req), fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct result result;
	uint64_t i;

	read_all(ctl, &a.sin_port, sizeof(a.sin_port));
	if (fd < 0 || size > sizeof(buf) || connect(fd, (void *)&a, sizeof(a)))
		err(1, "udp socket");
	begin();
	for (i = 0; i < count; i++) {
		if (i && !(i % burst))
			usleep(pause);
		if (send(fd, buf, size, 0) < 0)
			err(1, "send");
	}
	read_all(ctl, &result, sizeof(result));
	end("packets", result.done);
	if (result.done < count - count / 100)
		errx(1, "only %llu of %llu packets arrived", (unsigned long long)result.done,
		     (unsigned long long)count);
}
