// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-virtiod without Argo: a guest that behaves, in parts of all sizes, and one that
 * does not. Built with the sanitizers where there are any.
 *
 * usage: guest [ROUNDS [SEED]]
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../virtiod.h"

#define DISK	0x100000

static struct virtiod v;
static unsigned int tests;
static int failed;

static void ok(bool good, const char *what, ...)
{
	va_list args;

	printf("%sok %u - ", good ? "" : "not ", ++tests);
	va_start(args, what);
	vprintf(what, args);
	va_end(args);
	putchar('\n');
	failed |= !good;
}

/* A message comes. */
static void say(unsigned int kind, const void *data, uint32_t len)
{
	struct argo_meta meta = { .addr.domid = 1, .type = VA_TYPE(kind), .len = len };

	memcpy(v.in, data, len);
	v.in_len = len;
	session_take(&v, &meta);
}

static uint32_t ask(uint8_t type, uint8_t id, uint16_t device, const void *data,
		    uint32_t len, void *resp)
{
	uint8_t msg[VMSG_MAX];
	struct vmsg_header head = {
		.type = type,
		.id = id,
		.device = htole16(device),
		.size = htole16(sizeof(head) + len),
	};
	uint32_t n;

	memcpy(msg, &head, sizeof(head));
	memcpy(msg + sizeof(head), data, len);
	say(VA_KIND_CONTROL, msg, sizeof(head) + len);
	n = v.control_len;
	v.control_len = 0;
	if (n && resp)
		memcpy(resp, v.control + sizeof(head), n - sizeof(head));
	return n;
}

static void set_status(uint16_t device, uint32_t status)
{
	struct vmsg_status req = { htole32(status) };

	ask(0, VMSG_SET_STATUS, device, &req, sizeof(req), NULL);
}

static void begin(void)
{
	struct va_hello hello = {
		.version_min = 1, .version_max = 1, .role = VA_ROLE_DRIVER, .lanes = 1,
		.control = htole32(1), .session = htole64(rand() | 1),
		.max_message = htole32(VA_MESSAGE_MIN),
	};
	struct vmsg_features features = { .count = htole32(2), .bits[1] = htole32(1) };
	struct vmsg_queue_setup setup = { .epoch = htole16(3) };
	struct vmsg_set_vqueue queue = {
		.flags = htole32(VMSG_VQUEUE_ENABLE),
		.size = htole32(VIRTIOD_QUEUE_SIZE),
	};
	unsigned int i;

	say(VA_KIND_HELLO, &hello, sizeof(hello));
	v.control_len = 0;
	for (i = 0; i < 2; i++) {
		set_status(i, 0);
		ask(0, VMSG_SET_FEATURES, i, &features, sizeof(features), NULL);
		ask(0, VMSG_QUEUE_SETUP, i, &setup, sizeof(setup), NULL);
		ask(0, VMSG_SET_VQUEUE, i, &queue, sizeof(queue), NULL);
		set_status(i, 15);
	}
}

/* Take what comes back. Return: bytes of the answer so far */
static uint32_t hear(uint8_t *answer, uint32_t got, uint32_t *total)
{
	struct va_record rec;
	uint32_t at = 0;

	while (at < v.out_len) {
		memcpy(&rec, v.out + at, sizeof(rec));
		at += sizeof(rec);
		*total = le32toh(rec.total);
		memcpy(answer + le32toh(rec.offset), v.out + at, le32toh(rec.len));
		got = le32toh(rec.offset) + le32toh(rec.len);
		at = (at + le32toh(rec.len) + 7) & ~7U;
	}
	v.out_len = 0;
	return got;
}

/* Send a request in parts of at most @part bytes. Return: bytes of the answer */
static uint32_t request(uint16_t device, const uint8_t *data, uint32_t total, uint32_t cap,
			uint32_t part, uint8_t *answer)
{
	uint8_t msg[VA_MESSAGE_MIN];
	uint32_t at = 0, got = 0, length = 0, len;

	do {
		struct va_record rec = {
			.device = htole16(device), .head = htole16(5), .epoch = htole16(3),
			.total = htole32(total), .cap = htole32(cap), .offset = htole32(at),
		};

		len = total - at < part ? total - at : part;
		rec.len = htole32(len);
		memcpy(msg, &rec, sizeof(rec));
		memcpy(msg + sizeof(rec), data + at, len);
		say(VA_KIND_AVAIL, msg, sizeof(rec) + len);
		at += len;
		do {
			while (records_step(&v))
				;
			got = hear(answer, got, &length);
		} while (v.job);
	} while (at < total);
	return got == length ? length : 0;
}

static void behave(void)
{
	static uint8_t data[300000], answer[300000];
	static const uint32_t parts[] = { 1, 7, 16, 100, 4096, 8000 };
	uint32_t i, j, len = 64 * 512;
	uint64_t header[2] = { htole64(1), htole64(3) };

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		begin();
		for (j = 0; j < len; j++)
			data[16 + j] = rand();
		header[0] = htole64(1);
		memcpy(data, header, 16);
		answer[0] = 9;
		ok(request(0, data, 16 + len, 1, parts[i], answer) == 1 && !answer[0],
		   "a write in parts of %u", parts[i]);
		header[0] = 0;
		ok(request(0, (void *)header, 16, len + 1, parts[i], answer) == len + 1 &&
		   !answer[len] && !memcmp(answer, data + 16, len), "and the read");
	}
	header[1] = htole64(DISK / 512);
	ok(request(0, (void *)header, 16, 513, 16, answer) == 513 && answer[512] == 1,
	   "beyond the end is an error");
	header[0] = htole64(99);
	ok(request(0, (void *)header, 16, 1, 16, answer) == 1 && answer[0] == 2,
	   "what is not known is not supported");
	ok(request(1, data, 0, 64, 16, answer) == 64, "random numbers");
}

/* The session is over, and the guest does not know: it has to hear of it. */
static void forgotten(void)
{
	static const unsigned int kinds[] = { VA_KIND_AVAIL, VA_KIND_CONTROL };
	struct va_hello hello;
	struct va_record rec = {};
	uint64_t before;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		begin();
		before = v.session;
		session_end(&v);
		say(kinds[i], &rec, sizeof(rec));
		memcpy(&hello, v.control, sizeof(hello));
		ok(v.control_len == sizeof(hello) && v.control_kind == VA_KIND_HELLO &&
		   le64toh(hello.session) != before && !hello.peer_session,
		   "%s without a session: HELLO, of another one", i ? "CONTROL" : "AVAIL");
		v.control_len = 0;
	}
	begin();
	before = v.session;
	session_break(&v);
	memcpy(&hello, v.control, sizeof(hello));
	ok(v.control_len == sizeof(hello) && le64toh(hello.session) != before,
	   "a session that is given up: HELLO");
	v.control_len = 0;
}

/* Anything, now and then nearly right */
static void misbehave(void)
{
	static uint8_t msg[VA_MESSAGE_MAX];
	uint32_t len = rand() % (rand() % 4 ? 300 : (int)sizeof(msg)), i, n;
	unsigned int kind = rand() % 8 ? VA_KIND_CONTROL + rand() % 2 : rand() % 8;
	struct va_record rec = {
		.device = htole16(rand() % 3), .head = htole16(rand() % 130),
		.epoch = htole16(rand() % 8 ? 3 : rand()), .total = htole32(rand() % 600),
		.cap = htole32(rand() % 2000), .offset = htole32(rand() % 4 ? 0 : rand()),
		.len = htole32(rand() % 600),
	};
	struct vmsg_header head = {
		.type = rand() % 4, .id = rand() % 16 ? rand() % 13 : rand(),
		.device = htole16(rand() % 3), .size = htole16(len),
	};

	for (i = 0; i < len; i++)
		msg[i] = rand() % 3 ? 0 : rand();
	if (kind == VA_KIND_AVAIL && len > sizeof(rec))
		memcpy(msg, &rec, sizeof(rec));
	if (kind == VA_KIND_CONTROL && len > sizeof(head))
		memcpy(msg, &head, sizeof(head));
	say(kind, msg, len);
	for (n = 0; n < 100000; n++) {
		while (records_step(&v))
			;
		if (v.out_len > VA_MESSAGE_MAX || v.control_len > VMSG_MAX)
			abort();
		if (!v.out_len && !v.control_len && v.in_at >= v.in_len)
			break;
		v.out_len = 0;
		v.control_len = 0;
	}
	if (n == 100000)
		abort();
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20000, i;
	char name[64], blk[96], rng[] = "1,type=rng";
	int fd = memfd_create("disk", 0);

	srand(argc > 2 ? atoi(argv[2]) : 1);
	v.guest.domid = 1;
	v.session = 1;
	v.max_in = VA_MESSAGE_MAX;
	/* No more than is used, so that the sanitizer sees what is beyond. */
	v.in = malloc(VA_MESSAGE_MAX);
	v.out = malloc(VA_MESSAGE_MAX);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	snprintf(blk, sizeof(blk), "0,type=blk,file=%s", name);
	if (fd < 0 || ftruncate(fd, DISK) || device_parse(&v, blk) || device_parse(&v, rng))
		return 1;
	behave();
	forgotten();
	for (i = 0; i < rounds; i++) {
		if (!(rand() % 50))
			begin();
		misbehave();
	}
	ok(true, "%d messages of a guest that does not behave", rounds);
	begin();
	behave();
	printf("1..%u\n", tests);
	return failed;
}
