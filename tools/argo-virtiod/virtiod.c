// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-virtiod: devices for the virtio drivers of one guest. See argo-virtiod(1).
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtiod.h"

/* A guest that has not read for so long is not going to. */
#define PATIENCE_MS	30000
/* Before a guest is tried again that has a ring, and takes nothing */
#define RETRY_MS	1000

/* What Xen puts beside a message, and keeps free */
#define RING_OVERHEAD	64
#define RING_MIN	65536

static const char usage[] =
	"usage: argo-virtiod --guest DOMID [--port PORT] [--ring BYTES] --device DEVICE...\n"
	"       DEVICE: NUMBER,type=blk,file=PATH[,readonly] or NUMBER,type=rng\n";

static int complain(const char *what)
{
	fprintf(stderr, "argo-virtiod: %s: %s\n", what, strerror(errno));
	return -1;
}

/* The same for as long as what was written, and not flushed, is in memory */
static uint64_t lineage(void)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	uint64_t sum = 14695981039346656037ULL;
	int c;

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF)
		sum = (sum ^ c) * 1099511628211ULL;
	fclose(f);
	return sum;
}

static int bind_ring(struct virtiod *v)
{
	struct argo_bind_opts opts = { .ring_bytes = v->ring_bytes };
	struct argo_stats stats;

	if (argo_bind(v->argo, v->guest.domid, v->guest.port, &opts) ||
	    argo_stats(v->argo, &stats))
		return -1;
	/* Two fit, so that one can be sent while another is worked on. */
	v->max_in = (stats.ring_len - RING_OVERHEAD) / 2 & ~(VA_RECORD_ALIGN - 1);
	if (v->max_in > VA_MESSAGE_MAX)
		v->max_in = VA_MESSAGE_MAX;
	return 0;
}

/* Return: 1 if it went, 0 if there is no room, -1 if it never will */
static int send_one(struct virtiod *v, unsigned int kind, const void *data, uint32_t len)
{
	if (argo_send(v->argo, NULL, VA_TYPE(kind), data, len) >= 0)
		return 1;
	if (errno == EAGAIN)
		return 0;
	/* Its ring is gone, or takes nothing. It is told of a new session when it does. */
	session_end(v);
	v->there = false;
	poll(NULL, 0, RETRY_MS);
	return -1;
}

/* Return: is there nothing left to be sent? */
static bool flush(struct virtiod *v)
{
	if (v->out_len) {
		if (!send_one(v, VA_KIND_USED, v->out, v->out_len))
			return false;
		v->out_len = 0;
	}
	if (v->control_len) {
		if (!send_one(v, v->control_kind, v->control, v->control_len))
			return false;
		v->control_len = 0;
	}
	return true;
}

/* Return: 1 if there was a message, 0 if not, -1 */
static int receive(struct virtiod *v)
{
	struct argo_meta meta;
	ssize_t n = argo_recv(v->argo, &meta, v->in, VA_MESSAGE_MAX);

	if (n >= 0) {
		v->in_len = n;
		session_take(v, &meta);
		return 1;
	}
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	session_end(v);
	/* The guest is gone, and may come back; its ring is lost if it was restored. */
	if (errno == EPIPE)
		return 0;
	v->there = false;
	if (errno == ECONNRESET && !bind_ring(v))
		return 0;
	return complain("the guest is gone");
}

/* Once the guest's ring is there, it is greeted. */
static void reach(struct virtiod *v)
{
	if (v->there || argo_connect(v->argo, &v->guest, ARGO_WAIT))
		return;
	v->there = true;
	session_hello(v, 0);
}

static int wait_for(struct virtiod *v, bool full)
{
	struct pollfd fd = {
		.fd = argo_poll_fd(v->argo),
		.events = full ? POLLOUT : v->there ? POLLIN : POLLIN | POLLOUT,
	};
	int n = poll(&fd, 1, full ? PATIENCE_MS : -1);

	if (n < 0 && errno != EINTR)
		return complain("poll");
	if (!n)
		session_break(v);
	if (n > 0 && fd.revents & POLLHUP) {
		v->there = false;
		session_end(v);
	}
	return 0;
}

static int serve(struct virtiod *v)
{
	int n;

	for (;;) {
		reach(v);
		while (records_step(v))
			;
		/* More may be read that is answered together. */
		if (!v->job && !v->control_len) {
			n = receive(v);
			if (n < 0)
				return 1;
			if (n)
				continue;
		}
		if (!flush(v)) {
			if (wait_for(v, true))
				return 1;
		} else if (!v->job && v->in_at >= v->in_len) {
			if (wait_for(v, false))
				return 1;
		}
	}
}

static uint32_t parse_number(const char *text, uint32_t max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!*text || *text == '-' || *end || value > max) {
		fprintf(stderr, "argo-virtiod: %s is no such number\n%s", text, usage);
		exit(2);
	}
	return value;
}

static void parse(int argc, char **argv, struct virtiod *v)
{
	static const struct option options[] = {
		{ "guest", required_argument, NULL, 'g' },
		{ "port", required_argument, NULL, 'p' },
		{ "ring", required_argument, NULL, 'r' },
		{ "device", required_argument, NULL, 'd' },
		{ }
	};
	bool guest = false, device = false;
	int c;

	while ((c = getopt_long(argc, argv, "g:p:r:d:", options, NULL)) != -1) {
		switch (c) {
		case 'g':
			v->guest.domid = parse_number(optarg, 0x7fef);
			guest = true;
			break;
		case 'p':
			v->guest.port = parse_number(optarg, 0xfffffffe);
			break;
		case 'r':
			v->ring_bytes = parse_number(optarg, 16 << 20);
			if (v->ring_bytes < RING_MIN)
				v->ring_bytes = RING_MIN;
			break;
		case 'd':
			if (device_parse(v, optarg))
				exit(1);
			device = true;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc || !guest || !device) {
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct virtiod v = {
		.guest.port = VA_PORT,
		.ring_bytes = 1 << 20,
	};

	parse(argc, argv, &v);
	v.lineage = lineage();
	v.in = malloc(VA_MESSAGE_MAX);
	v.out = malloc(VA_MESSAGE_MAX);
	if (!v.in || !v.out)
		return -complain("start");
	session_end(&v);
	v.argo = argo_open(ARGO_NONBLOCK);
	if (!v.argo)
		return -complain("/dev/argo");
	if (bind_ring(&v))
		return -complain("ring");
	return serve(&v);
}
