// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says to an argonet device what no driver would say, through argo-say.ko, and hears
 * what becomes of it.
 *
 *   say DOMID PEER-MAC OWN-MAC		does what the lines of stdin tell
 *   say hear DEVICE			counts frames received, says so at each SIGUSR1
 *   say frames DEVICE LENGTH...		sends frames of the local stack; prints of each
 *					"sent" or the error
 *
 * Lines; numbers as in C, those at the end may be left out, "#" begins a comment:
 *
 *   send TYPE [OPTION=VALUE...] [PART...]	a message; TYPE data, hello, bye, a number
 *   random SEED COUNT		frames with headers that lie, many in a message
 *   babble SEED COUNT		messages of any bytes
 *   flood SECONDS LENGTH	frames of this length, as fast as the peer takes them
 *   hellos COUNT		each asks for an answer
 *   register PORT LENGTH, unregister PORT
 *   rings SECONDS		have all that Xen allows for so long
 *   churn SECONDS PORT LENGTH	register and unregister a ring, as fast as it goes
 *   spin SECONDS		queries of as many rings as Xen answers at once
 *
 * Options: port= added to the link's own, from= source port, source= domid of the
 * sender, pieces=A,B,... lengths of all but the last one ("bad": without memory),
 * none=1 no piece at all, times=N, ports=1 another source port each time, want=ERROR.
 *
 * Parts: what a message consists of, one after the other:
 *   rec:FLAGS:GSO:SIZE:START:OFFSET:HDR:RESERVED	heads what follows up to the next
 *   lie:LENGTH		as rec, but claims another length
 *   eth:LENGTH		a frame that "hear" knows: any byte of it must be right
 *   head:TYPE:TO:FROM	an Ethernet header; addresses are peer, own or 12 digits
 *   ip4:LENGTH:WORDS:FRAGMENT:PROTOCOL:WRONG	an IPv4 header, with its checksum
 *   ip6:LENGTH:NEXT:HOPS	an IPv6 header
 *   sum6		the ICMPv6 checksum of what follows the IPv6 header
 *   hello:SESSION:FRAME:MESSAGE:FEATURES:FLAGS:MIN:MAX:QUEUES:RESERVED
 *   bye:SESSION:RESERVED
 *   x:HEX, zero:N, any:N (bytes), dirt (up to the next record, not zero)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT		0x6e657400
#define NET(kind)	(0x414e0100 | (kind))
#define ANY_DOMAIN	0x7ff4
/* For experiments: no protocol of the kernel wants it. */
#define ETHERTYPE	0x88b5
#define RECORD		16

/* argo-say.h has these, too; a tool is one file. */
enum { SEND, REGISTER, UNREGISTER, NOTIFY };
#define PIECES		16
#define UNMAPPED	0xffffffff

struct say {
	uint32_t what, port, from, type;
	uint16_t domid, from_domid;
	uint32_t pieces;
	uint32_t len[PIECES];
};

static int device;
static uint16_t domid;
static uint8_t peer_mac[6], own_mac[6];
static struct say say;
static uint8_t message[2 << 20];
static size_t used;
static size_t record = SIZE_MAX;	/* the one that has no length yet */
static size_t ip6 = SIZE_MAX;
static uint64_t chance = 1;

static uint32_t any(void)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (chance * 0x2545f4914f6cdd1dULL) >> 32;
}

static void put(const void *bytes, size_t len)
{
	if (len > sizeof(message) - used)
		errx(2, "too long a message");
	memcpy(message + used, bytes, len);
	used += len;
}

static void put_le(uint64_t value, size_t bytes)
{
	put(&value, bytes);
}

static void put_be16(uint16_t value)
{
	value = htons(value);
	put(&value, 2);
}

static void end_record(void)
{
	uint32_t len;

	if (record == SIZE_MAX)
		return;
	len = used - record - RECORD;
	memcpy(message + record, &len, sizeof(len));
	record = SIZE_MAX;
}

static void align_record(void)
{
	end_record();
	while (used % RECORD)
		put("", 1);
}

/* Numbers after a part's name; @n of them at most, others stay as they are */
static void numbers(char *s, uint64_t *value, unsigned int n)
{
	char *word;

	for (; n && (word = strsep(&s, ":")); value++, n--)
		if (*word)
			*value = strtoull(word, NULL, 0);
}

static void hex(const char *s, uint8_t *out, size_t len)
{
	unsigned int byte;

	for (; len; len--, s += 2) {
		if (sscanf(s, "%2x", &byte) != 1)
			errx(2, "not hexadecimal: %s", s);
		*out++ = byte;
	}
}

static void put_mac(const char *name, const uint8_t *otherwise)
{
	uint8_t mac[6];

	if (!name || !*name)
		put(otherwise, 6);
	else if (!strcmp(name, "peer"))
		put(peer_mac, 6);
	else if (!strcmp(name, "own"))
		put(own_mac, 6);
	else
		hex(name, mac, 6), put(mac, 6);
}

static uint8_t pattern(size_t len, size_t at)
{
	return len * 31 + at * 7 + (at >> 8);
}

static void put_eth(size_t len)
{
	size_t at = used, i;

	put(peer_mac, 6);
	put(own_mac, 6);
	put_be16(ETHERTYPE);
	for (i = ETH_HLEN; i < len; i++) {
		uint8_t byte = pattern(len, i);

		put(&byte, 1);
	}
	/* A runt is the beginning of it. */
	used = at + len;
}

static void put_record(char *args)
{
	uint64_t v[7] = { 0 };

	numbers(args, v, 7);
	align_record();
	record = used;
	put_le(0, 4);
	put_le(v[0], 1);
	put_le(v[1], 1);
	put_le(v[5], 2);	/* hdr_len */
	put_le(v[2], 2);	/* gso_size */
	put_le(v[3], 2);	/* csum_start */
	put_le(v[4], 2);	/* csum_offset */
	put_le(v[6], 2);
}

static uint32_t sum(const uint8_t *bytes, size_t len, uint32_t start)
{
	size_t i;

	for (i = 0; i < len; i++)
		start += i % 2 ? bytes[i] : bytes[i] << 8;
	return start;
}

static uint16_t fold(uint32_t value)
{
	value = (value & 0xffff) + (value >> 16);
	return ~(value + (value >> 16));
}

static void put_ip4(char *args)
{
	uint64_t v[5] = { 20, 5, 0, 17, 0 };
	uint8_t h[60] = { 0 };
	size_t words;
	uint16_t check;

	numbers(args, v, 5);
	words = v[1] < 5 ? 5 : v[1];
	h[0] = 0x40 | v[1];
	h[2] = v[0] >> 8;
	h[3] = v[0];
	h[4] = 0x12;
	h[6] = v[2] >> 8;
	h[7] = v[2];
	h[8] = 64;
	h[9] = v[3];
	memcpy(h + 12, (uint8_t []){ 10, 77, 0, 2, 10, 77, 0, 1 }, 8);
	memset(h + 20, 1, sizeof(h) - 20);	/* options: nothing */
	check = fold(sum(h, (v[1] ? v[1] : 5) * 4, 0)) ^ v[4];
	h[10] = check >> 8;
	h[11] = check;
	put(h, words * 4);
}

static void put_ip6(char *args)
{
	uint64_t v[3] = { 0, 59, 255 };
	uint8_t h[40] = { 0x60 };

	numbers(args, v, 3);
	ip6 = used;
	h[4] = v[0] >> 8;
	h[5] = v[0];
	h[6] = v[1];
	h[7] = v[2];
	memcpy(h + 8, (uint8_t []){ 0xfd, 0x77 }, 2);
	memcpy(h + 24, (uint8_t []){ 0xfd, 0x77 }, 2);
	h[23] = 2;
	h[39] = 1;
	put(h, sizeof(h));
}

static void sum6(void)
{
	size_t len = used - ip6 - 40;
	uint16_t check = fold(sum(message + ip6 + 40, len,
				  sum(message + ip6 + 8, 32, len + 58)));

	message[ip6 + 42] = check >> 8;
	message[ip6 + 43] = check;
}

static void put_hello(char *args)
{
	uint64_t v[9] = { 0x5e55, 1522, 65536, 0, 0, 1, 1, 1, 0 };

	numbers(args, v, 9);
	put_le(v[5], 1);
	put_le(v[6], 1);
	put_le(v[4], 2);
	put_le(v[3], 4);
	put_le(v[0], 8);
	put_le(0, 8);
	put_le(v[1], 4);
	put_le(v[2], 4);
	put_le(v[7], 4);
	put_le(65536, 4);
	put_le(v[8], 4);
	put_le(0, 8);
	put_le(0, 8);
	put_le(0, 4);
}

static void put_part(char *part)
{
	char *args = strchrnul(part, ':');
	uint64_t v[2] = { 0 };
	size_t n;

	if (*args)
		*args++ = '\0';
	if (!strcmp(part, "rec")) {
		put_record(args);
	} else if (!strcmp(part, "lie")) {
		numbers(args, v, 1);
		put_record("");
		memcpy(message + record, v, 4);
		record = SIZE_MAX;
	} else if (!strcmp(part, "dirt")) {
		for (end_record(); used % RECORD; )
			put_le(0xff, 1);
	} else if (!strcmp(part, "eth")) {
		put_eth(strtoul(args, NULL, 0));
	} else if (!strcmp(part, "head")) {
		char *type = strsep(&args, ":"), *to = strsep(&args, ":");

		put_mac(to, peer_mac);
		put_mac(args, own_mac);
		put_be16(strtoul(type, NULL, 0));
	} else if (!strcmp(part, "ip4")) {
		put_ip4(args);
	} else if (!strcmp(part, "ip6")) {
		put_ip6(args);
	} else if (!strcmp(part, "sum6")) {
		sum6();
	} else if (!strcmp(part, "hello")) {
		put_hello(args);
	} else if (!strcmp(part, "bye")) {
		numbers(args, v, 2);
		put(v, sizeof(v));
	} else if (!strcmp(part, "x")) {
		n = strlen(args) / 2;
		hex(args, message + used, n);
		used += n;
	} else if (!strcmp(part, "zero")) {
		for (n = strtoul(args, NULL, 0); n; n--)
			put("", 1);
	} else if (!strcmp(part, "any")) {
		for (n = strtoul(args, NULL, 0); n; n--)
			put_le(any(), 1);
	} else {
		errx(2, "no such part: %s", part);
	}
}

static void begin(uint32_t what, uint32_t port, uint32_t type)
{
	say = (struct say) {
		.what = what,
		.port = PORT + port,
		.from = PORT,
		.type = type,
		.domid = domid,
		.from_domid = ANY_DOMAIN,
	};
	used = 0;
	record = SIZE_MAX;
}

/* Return: 0 or the error, but one of a ring that is only full */
static int once(void)
{
	static uint8_t buf[sizeof(say) + sizeof(message)];
	size_t head = offsetof(struct say, len) + say.pieces * sizeof(uint32_t);
	unsigned int tries;

	memcpy(buf, &say, head);
	memcpy(buf + head, message, used);
	for (tries = 0; write(device, buf, head + used) < 0; tries++) {
		if ((errno != EAGAIN && errno != EBUSY) || tries > 100000)
			return errno;
		usleep(100);
	}
	return 0;
}

/* All that was put, as one piece */
static void whole(void)
{
	end_record();
	say.len[0] = used;
	say.pieces = 1;
}

static void must(const char *what)
{
	int ret = once();

	if (ret)
		errx(1, "%s: %s", what, strerrorname_np(ret));
}

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

	for (say.pieces = 0; (word = strsep(&list, ",")) && say.pieces < PIECES; say.pieces++)
		say.len[say.pieces] = strcmp(word, "bad") ? strtoul(word, NULL, 0) : UNMAPPED;
}

static void send_line(char *args, const char *line)
{
	unsigned long times = 1;
	const char *want = NULL;
	bool none = false, ports = false;
	char *word, *value;
	unsigned int i;
	size_t rest;

	begin(SEND, 0, message_type(strsep(&args, " ")));
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
	rest = used;
	for (i = 0; i < say.pieces; i++)
		if (say.len[i] != UNMAPPED)
			rest -= say.len[i];
	if (!none && (!say.pieces || rest))
		say.len[say.pieces++] = rest;
	for (; times; times--, say.from += ports) {
		int ret = once();
		const char *got = ret ? strerrorname_np(ret) : NULL;

		if ((want || got) && (!want || !got || strcmp(want, got)))
			errx(1, "%s: %s, not %s", line, got ?: "sent", want ?: "sent");
	}
}

/* Mostly a header that is believed, so that what follows it is looked at */
static void random_frame(void)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q };
	static const uint8_t protocols[] = { 6, 17, 1, 58, 0, 43, 44, 60 };
	uint16_t type = types[any() % 4];
	size_t start, len = any() % 200;
	char args[64];

	put_record("");
	/* Now and then with a request to finish it */
	if (any() % 8 == 0) {
		static const uint8_t gso[] = { 0, 1, 4, 5 };

		message[record + 4] = 1;
		message[record + 5] = gso[any() % 4];
		message[record + 8] = any() % 100;
		message[record + 10] = any() % 2 ? 34 : 14 + any() % 80;
		message[record + 12] = any() % 2 ? 6 : 16;
	}
	put(peer_mac, 6);
	put(own_mac, 6);
	put_be16(type);
	start = used;
	if (any() % 5) {
		uint8_t next = protocols[any() % 8];

		if (type == ETH_P_IP && len >= 60) {
			snprintf(args, sizeof(args), "%zu:%u:%u:%u", len,
				 any() % 2 ? 5 : 5 + any() % 11,
				 any() % 2 ? 0 : any() & 0xffff, next);
			put_ip4(args);
		} else if (type == ETH_P_IPV6 && len >= 40) {
			snprintf(args, sizeof(args), "%zu:%u", len - 40, next);
			put_ip6(args);
		}
	}
	while (used < start + len)
		put_le(any(), 1);
}

static void random_frames(unsigned long count)
{
	while (count) {
		unsigned int n;

		begin(SEND, 0, NET(3));
		for (n = 0; n < 100 && count; n++, count--)
			random_frame();
		whole();
		must("random");
	}
}

static void babble(unsigned long count)
{
	for (; count; count--) {
		unsigned int kind = 1 + any() % 3;
		size_t len = any() % 400;

		begin(SEND, any() % 2, NET(kind));
		if (kind == 3 && any() % 4)
			put_le(any() % 400, 4);
		while (used < len)
			put_le(any(), 1);
		whole();
		must("babble");
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void flood(double seconds, size_t len)
{
	double end = now() + seconds;
	unsigned long sent = 0;

	begin(SEND, 0, NET(3));
	put_record("");
	put_eth(len);
	whole();
	for (; now() < end; sent++)
		must("flood");
	printf("flooded %lu\n", sent);
}

static void hellos(unsigned long count)
{
	char args[] = "0x5e55";

	begin(SEND, 0, NET(1));
	put_hello(args);
	whole();
	for (; count; count--)
		must("hello");
}

static void ring(uint32_t what, uint32_t port, uint32_t len)
{
	begin(what, port, len);
	must(what == REGISTER ? "register" : "unregister");
}

/* All that there are left for this domain */
static void have_all_rings(unsigned int seconds)
{
	unsigned int i, n = 0;
	int ret;

	for (;;) {
		begin(REGISTER, 0x1000 + n, 4032);
		ret = once();
		if (ret)
			break;
		n++;
	}
	if (ret != ENOSPC)
		errx(1, "ring %u: %s", n, strerrorname_np(ret));
	sleep(seconds);
	for (i = 0; i < n; i++)
		ring(UNREGISTER, 0x1000 + i, 0);
	printf("had %u rings\n", n);
}

static void churn(double seconds, uint32_t port, uint32_t len)
{
	double end = now() + seconds;
	unsigned long times = 0;

	for (; now() < end; times++) {
		ring(REGISTER, port, len);
		ring(UNREGISTER, port, 0);
	}
	printf("churned %lu\n", times);
}

static void spin(double seconds)
{
	/* Xen's layout: no gaps */
	struct {
		uint32_t port;
		uint16_t domid, pad, flags, pad2;
		uint32_t space, max;
	} entry = { .domid = domid };
	double end = now() + seconds;
	unsigned long times = 0;
	unsigned int i;

	begin(NOTIFY, 0, 0);
	put_le(256, 8);
	for (i = 0; i < 256; i++) {
		entry.port = PORT + i % 2;
		entry.space = i * 1000;
		put(&entry, sizeof(entry));
	}
	for (; now() < end; times++)
		must("spin");
	printf("spun %lu\n", times);
}

static void do_line(char *line)
{
	uint64_t v[3] = { 0 };
	char *args = line, *word, *copy = strdup(line);
	unsigned int i;

	word = strsep(&args, " ");
	if (!strcmp(word, "send")) {
		send_line(args, copy);
		free(copy);
		return;
	}
	for (i = 0; i < 3 && args; i++) {
		char *number = strsep(&args, " ");

		v[i] = strtoull(number, NULL, 0);
	}
	if (!strcmp(word, "random") || !strcmp(word, "babble")) {
		chance = (v[0] + 1) * 0x9e3779b97f4a7c15ULL | 1;
		if (*word == 'r')
			random_frames(v[1]);
		else
			babble(v[1]);
	} else if (!strcmp(word, "flood")) {
		flood(v[0], v[1]);
	} else if (!strcmp(word, "hellos")) {
		hellos(v[0]);
	} else if (!strcmp(word, "register")) {
		ring(REGISTER, v[0], v[1]);
	} else if (!strcmp(word, "unregister")) {
		ring(UNREGISTER, v[0], 0);
	} else if (!strcmp(word, "rings")) {
		have_all_rings(v[0]);
	} else if (!strcmp(word, "churn")) {
		churn(v[0], v[1], v[2]);
	} else if (!strcmp(word, "spin")) {
		spin(v[0]);
	} else {
		errx(2, "not understood: %s", copy);
	}
	free(copy);
}

static int told_to_tell[2];

static void on_signal(int signal)
{
	(void)!write(told_to_tell[1], "", 1);
}

/*
 * Frames that the device passed on: how many in all, and of our own type those
 * of which each byte is right, and those that are damaged
 */
static void hear(const char *name)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), room = 64 << 20;
	unsigned long heard = 0, good = 0, damaged = 0;
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .events = POLLIN } };

	if (pipe(told_to_tell))
		err(1, "pipe");
	p[1].fd = told_to_tell[0];
	sigaction(SIGUSR1, &action, NULL);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (void *)&a, sizeof(a)))
		err(1, "device %s", name);
	on_signal(0);
	for (;;) {
		socklen_t from = sizeof(a);
		ssize_t len, i;

		if (poll(p, 2, -1) < 0)
			continue;
		/* What is there already counts. */
		if (!p[0].revents) {
			if (read(told_to_tell[0], message, 1) != 1)
				return;
			printf("heard %lu\ngood %lu\ndamaged %lu\n", heard, good, damaged);
			fflush(stdout);
			continue;
		}
		len = recvfrom(fd, message, sizeof(message), 0, (void *)&a, &from);
		if (len < 0 || a.sll_pkttype == PACKET_OUTGOING)
			continue;
		heard++;
		if (len < ETH_HLEN || message[12] != ETHERTYPE >> 8 ||
		    message[13] != (ETHERTYPE & 0xff))
			continue;
		for (i = ETH_HLEN; i < len && message[i] == pattern(len, i); i++)
			;
		if (i < len)
			damaged++;
		else
			good++;
	}
}

static void frames(const char *name, char **lengths)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		err(1, "device %s", name);
	memset(message, 0xff, 6);
	for (; *lengths; lengths++)
		puts(send(fd, message, atoi(*lengths), 0) < 0 ? strerrorname_np(errno) : "sent");
}

int main(int argc, char **argv)
{
	static char line[1 << 20];

	if (argc == 3 && !strcmp(argv[1], "hear")) {
		hear(argv[2]);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "frames")) {
		frames(argv[2], argv + 3);
		return 0;
	}
	if (argc != 4)
		errx(2, "usage: see the top of say.c");
	domid = atoi(argv[1]);
	hex(argv[2], peer_mac, 6);
	hex(argv[3], own_mac, 6);
	device = open("/dev/argo-say", O_WRONLY);
	if (device < 0)
		err(1, "/dev/argo-say");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "#\n")] = '\0';
		if (*line)
			do_line(line);
	}
	return 0;
}
