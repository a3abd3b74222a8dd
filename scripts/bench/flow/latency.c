// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long an ICMP echo takes beside streams. Echoes leave in time whether or not
 * the last one was answered, and arrive when the kernel says so: the senders of
 * the streams shall not keep this program from looking at its clock.
 */
#include <err.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "flow.h"

#define MAX_STREAMS	16
#define MAX_ECHOES	1000
#define PATIENCE	2000000000ULL	/* for what is still under way at the end, ns */
#define MS		1000000ULL

/* What all processes see */
struct load {
	volatile bool over;
	struct gaps gaps[MAX_STREAMS];
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

/* Without end: as fast as it goes, or so many bytes every 100 ms */
static void start_stream(const char *host, struct load *load, int i, uint64_t pace)
{
	struct request req = { .op = SINK };
	int fd = ask(host, &req);
	struct result result;
	uint64_t done = 0;

	if (fork()) {
		close(fd);
		return;
	}
	while (!load->over) {
		write_all(fd, buf, CHUNK);
		done += CHUNK;
		if (pace && !(done % pace))
			usleep(100000);
	}
	if (shutdown(fd, SHUT_WR))
		err(1, "shutdown");
	read_all(fd, &result, sizeof(result));
	load->gaps[i] = result.gaps;
	exit(result.done != done);
}

static void send_echo(int fd, unsigned int seq, uint64_t *sent)
{
	union {
		struct icmphdr icmp;
		uint16_t words[32];
	} out = { .icmp.type = ICMP_ECHO, .icmp.un.echo.id = htons(4712) };

	out.icmp.un.echo.sequence = htons(seq);
	out.icmp.checksum = checksum(out.words, 32);
	*sent = clock_ns();
	if (send(fd, &out, sizeof(out), 0) != sizeof(out))
		err(1, "send");
}

/* The number of the echo answered, or -1 */
static int take_answer(int fd, uint64_t *when)
{
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	char control[256];
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	struct icmphdr *in = (void *)(buf + 4 * (buf[0] & 15));
	struct timespec t;

	if (!c || c->cmsg_type != SCM_TIMESTAMPNS || in->type != ICMP_ECHOREPLY ||
	    in->un.echo.id != htons(4712))
		return -1;
	memcpy(&t, CMSG_DATA(c), sizeof(t));
	*when = t.tv_sec * 1000 * MS + t.tv_nsec;
	return ntohs(in->un.echo.sequence);
}

/* One every 5 to 10 ms. What is never answered is counted apart. */
static void echoes(int fd, unsigned int count)
{
	static uint64_t sent[MAX_ECHOES], took[MAX_ECHOES];
	uint64_t next = clock_ns(), t, sum = 0, worst = 0;
	unsigned int i = 0, got = 0;

	while (got < count) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int seq;

		t = clock_ns();
		if (t >= next && i == count)
			break;
		if (t >= next) {
			send_echo(fd, i, &sent[i]);
			next += ++i == count ? PATIENCE : (5 + 7 * i % 6) * MS;
			continue;
		}
		if (poll(&p, 1, (next - t + MS - 1) / MS) <= 0)
			continue;
		seq = take_answer(fd, &t);
		if (seq >= 0 && seq < (int)i && !took[seq]) {
			took[seq] = t - sent[seq];
			got++;
		}
	}
	for (i = 0; i < count; i++) {
		sum += took[i];
		if (took[i] > worst)
			worst = took[i];
	}
	if (!got)
		errx(1, "no answer at all");
	printf("note %s ping_mean_us=%.1f ping_worst_us=%.1f lost=%u\n", phase,
	       sum / 1e3 / got, worst / 1e3, count - got);
}

void latency(const char *host, unsigned int count, int streams, uint64_t pace)
{
	struct load *load = shared(sizeof(*load));
	struct sockaddr_in a = address(host);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), one = 1, status, i;
	struct gaps sum = { 0 };

	if (count > MAX_ECHOES || streams > MAX_STREAMS || pace % CHUNK)
		errx(2, "too many");
	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)))
		err(1, "raw socket");
	stops_begin(host);
	for (i = 0; i < streams; i++)
		start_stream(host, load, i, pace);
	usleep(300000);
	echoes(fd, count);
	load->over = true;
	while (wait(&status) > 0)
		if (status)
			errx(1, "a stream failed");
	for (i = 0; !pace && i < streams; i++)
		gaps_add(&sum, &load->gaps[i]);
	stops_end(host, &sum);
}
