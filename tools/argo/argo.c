// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo: look at Argo, and try it. See argo(1).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <argo.h>

#define ARGO_PING	0x70696e67	/* "ping" */
#define ARGO_PONG	0x706f6e67	/* "pong" */
#define PEERS_MAX	256
#define MESSAGE		65536

static const char usage[] =
	"usage: argo info\n"
	"       argo query DOMAIN:PORT\n"
	"       argo peers PORT\n"
	"       argo ping DOMAIN:PORT [COUNT]\n"
	"       argo echo DOMAIN:PORT\n"
	"       argo rings\n";

static int die(const char *what)
{
	fprintf(stderr, "argo: %s: %s\n", what, strerror(errno));
	return 1;
}

static void address(const char *text, struct argo_addr *addr)
{
	if (argo_parse(text, addr))
		exit(die(text));
}

static int info(struct argo *a)
{
	struct argo_stats stats;

	if (argo_stats(a, &stats))
		return die("info");
	printf("domain %u\n", stats.domid);
	return 0;
}

static int query(struct argo *a, const char *text)
{
	struct argo_peer_info peer;
	struct argo_addr addr;

	address(text, &addr);
	if (argo_query(a, &addr, &peer))
		return die("query");
	if (!peer.exists) {
		puts("no ring");
		return 1;
	}
	printf("ring for %s, messages up to %u bytes\n",
	       peer.shared ? "any domain" : "this domain", peer.max_message);
	return 0;
}

static int peers(struct argo *a, const char *port)
{
	struct argo_peer_info peer;
	struct argo_addr addr;
	char text[32];

	snprintf(text, sizeof(text), "0:%s", port);
	address(text, &addr);
	for (addr.domid = 0; addr.domid < PEERS_MAX; addr.domid++)
		if (!argo_query(a, &addr, &peer) && peer.exists)
			printf("%u %s %u\n", addr.domid, peer.shared ? "any" : "us",
			       peer.max_message);
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ping_once(struct argo *a, unsigned int seq)
{
	struct pollfd fd = { .fd = argo_poll_fd(a), .events = POLLIN };
	double start = now();
	struct argo_meta meta;
	unsigned int answer;

	if (argo_send(a, NULL, ARGO_PING, &seq, sizeof(seq)) < 0)
		return die("send");
	do {
		if (poll(&fd, 1, 1000) <= 0) {
			printf("no answer to %u\n", seq);
			return 1;
		}
		if (argo_recv(a, &meta, &answer, sizeof(answer)) < 0)
			return die("receive");
	} while (meta.type != ARGO_PONG || meta.len != sizeof(answer) || answer != seq);
	printf("answer to %u in %.0f us\n", seq, now() - start);
	return 0;
}

static int ping(struct argo *a, const char *text, int count)
{
	struct argo_addr addr;
	int i, ret = 0;

	address(text, &addr);
	if (argo_bind(a, addr.domid, ARGO_PORT_ANY, NULL))
		return die("bind");
	if (argo_connect(a, &addr, 0))
		return die("connect");
	for (i = 0; i < count && !ret; i++) {
		if (i)
			usleep(200000);
		ret = ping_once(a, i);
	}
	return ret;
}

static int echo(struct argo *a, const char *text)
{
	static char buf[MESSAGE];
	struct argo_addr addr;
	struct argo_meta meta;
	ssize_t n;

	address(text, &addr);
	if (argo_bind(a, addr.domid, addr.port, NULL))
		return die("bind");
	for (;;) {
		n = argo_recv(a, &meta, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return die("receive");
		/* Who does not read is not answered. */
		if (meta.type == ARGO_PING && !meta.truncated)
			argo_send(a, &meta.addr, ARGO_PONG, buf, n);
	}
}

static int show(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (!f)
		return die(path);
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
	return 0;
}

static int show_all(void)
{
	int ret = show("/sys/kernel/debug/argo/rings");

	return show("/sys/kernel/debug/argo-dev/ends") || ret;
}

static int run(struct argo *a, int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "info"))
		return info(a);
	if (argc == 3 && !strcmp(argv[1], "query"))
		return query(a, argv[2]);
	if (argc == 3 && !strcmp(argv[1], "peers"))
		return peers(a, argv[2]);
	if (argc == 3 && !strcmp(argv[1], "ping"))
		return ping(a, argv[2], 4);
	if (argc == 4 && !strcmp(argv[1], "ping") && atoi(argv[3]) > 0)
		return ping(a, argv[2], atoi(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return echo(a, argv[2]);
	fputs(usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct argo *a;
	int ret;

	if (argc == 2 && !strcmp(argv[1], "rings"))
		return show_all();
	if (argc < 2) {
		fputs(usage, stderr);
		return 2;
	}
	a = argo_open(0);
	if (!a)
		return die("/dev/argo");
	ret = run(a, argc, argv);
	argo_close(a);
	return ret;
}
