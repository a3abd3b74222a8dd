// SPDX-License-Identifier: GPL-2.0-only
/*
 * argocat: standard input and output over Argo. See argocat(1).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "argocat.h"

#define ARGOCAT_SIZE	32768

static const char usage[] =
	"usage: argocat [-cduv] [-p PORT] [-s BYTES] [-r BYTES] [-w SECONDS] DOMAIN:PORT\n"
	"       argocat -l [-dkuv] [-s BYTES] [-r BYTES] [-w SECONDS] DOMAIN:PORT\n"
	"       argocat -z DOMAIN:PORT\n";

/**
 * struct options - besides struct argocat
 * @keep: -k
 * @probe: -z
 * @appear: -c
 * @port: -p
 * @bind: -r
 * @addr: last argument
 */
struct options {
	int keep;
	int probe;
	int appear;
	uint32_t port;
	struct argo_bind_opts bind;
	struct argo_addr addr;
};

static int die(const char *what)
{
	fprintf(stderr, "argocat: %s: %s\n", what, strerror(errno));
	return 1;
}

static unsigned long parse_number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!*text || *text == '-' || *end || value > 0xffffffffUL) {
		fprintf(stderr, "argocat: %s is no number\n%s", text, usage);
		exit(2);
	}
	return value;
}

static void parse(int argc, char **argv, struct argocat *cat, struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "cdklp:r:s:uvw:z")) != -1) {
		switch (c) {
		case 'c':
			o->appear = 1;
			break;
		case 'd':
			cat->quiet = 1;
			break;
		case 'k':
			o->keep = 1;
			break;
		case 'l':
			cat->listen = 1;
			break;
		case 'p':
			o->port = parse_number(optarg);
			break;
		case 'r':
			o->bind.ring_bytes = parse_number(optarg);
			break;
		case 's':
			cat->size = parse_number(optarg);
			break;
		case 'u':
			cat->datagram = 1;
			break;
		case 'v':
			cat->verbose = 1;
			break;
		case 'w':
			cat->wait = parse_number(optarg);
			break;
		case 'z':
			o->probe = 1;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc - 1 || !cat->size || cat->size > 16777120) {
		fputs(usage, stderr);
		exit(2);
	}
	if (argo_parse(argv[optind], &o->addr))
		exit(die(argv[optind]));
}

/* Until the other side has a ring, if that is asked for */
static int reach(struct argo *a, struct argocat *cat, const struct options *o)
{
	struct pollfd fd = { .fd = argo_poll_fd(a), .events = POLLOUT };
	time_t until = time(NULL) + cat->wait;
	int n;

	while (argo_connect(a, &o->addr, o->appear ? ARGO_WAIT : 0)) {
		if (errno != EINPROGRESS)
			return -1;
		n = poll(&fd, 1, cat->wait ? (int)(until - time(NULL)) * 1000 : -1);
		if (n < 0 && errno != EINTR)
			return -1;
		if (!n || (cat->wait && time(NULL) > until)) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	return 0;
}

static int probe(struct argo *a, const struct options *o, int verbose)
{
	struct argo_peer_info info;

	if (argo_query(a, &o->addr, &info))
		return die("query");
	if (verbose)
		fprintf(stderr, "argocat: %s\n", info.exists ? "there" : "not there");
	return !info.exists;
}

static int begin(struct argo *a, struct argocat *cat, struct options *o)
{
	struct argo_peer_info info;
	struct argo_stats stats;

	if (argo_bind(a, o->addr.domid, cat->listen ? o->addr.port : o->port, &o->bind))
		return die("bind");
	if (argo_stats(a, &stats))
		return die("info");
	cat->in_size = stats.ring_len;
	if (cat->verbose && cat->listen)
		fprintf(stderr, "argocat: listening on port %#x\n", stats.port);
	if (cat->listen)
		return 0;
	if (reach(a, cat, o))
		return die("connect");
	if (!argo_query(a, &o->addr, &info) && info.exists && info.max_message < cat->size)
		cat->size = info.max_message;
	cat->peer = o->addr;
	cat->known = 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct argocat cat = { .size = ARGOCAT_SIZE };
	struct options o = { .port = ARGO_PORT_ANY };
	struct argo *a;
	int ret;

	parse(argc, argv, &cat, &o);
	a = argo_open(ARGO_NONBLOCK);
	if (!a)
		return die("/dev/argo");
	if (o.probe) {
		ret = probe(a, &o, cat.verbose);
		argo_close(a);
		return ret;
	}
	ret = begin(a, &cat, &o);
	if (!ret) {
		do {
			ret = pump(a, &cat);
			if (cat.listen && o.keep) {
				argo_disconnect(a);
				cat.known = 0;
			}
		} while (cat.listen && o.keep && !ret);
	}
	argo_close(a);
	return ret ? 1 : 0;
}
