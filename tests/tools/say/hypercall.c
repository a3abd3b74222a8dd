// SPDX-License-Identifier: GPL-2.0-only
/*
 * One hypercall: what is said goes to /dev/argo-say in one write.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

struct argo_say say;
uint32_t lengths[ARGO_SAY_PIECES];
static int device;

void open_device(void)
{
	device = open("/dev/argo-say", O_WRONLY);
	if (device < 0)
		err(1, "/dev/argo-say");
}

void begin(uint32_t what, uint32_t port, uint32_t type)
{
	say = (struct argo_say) {
		.what = what,
		.port = PORT + port,
		.from = PORT,
		.type = type,
		.domid = domid,
		.from_domid = ANY_DOMAIN,
	};
	empty();
}

/* Return: 0 or the error, but one of a ring that is only full */
int once(void)
{
	static uint8_t buf[sizeof(say) + sizeof(lengths) + sizeof(message.bytes)];
	size_t head = sizeof(say) + say.pieces * sizeof(*lengths);
	unsigned int tries;

	memcpy(buf, &say, sizeof(say));
	memcpy(buf + sizeof(say), lengths, say.pieces * sizeof(*lengths));
	memcpy(buf + head, message.bytes, message.used);
	for (tries = 0; write(device, buf, head + message.used) < 0; tries++) {
		if ((errno != EAGAIN && errno != EBUSY) || tries > 100000)
			return errno;
		usleep(100);
	}
	return 0;
}

/* All that was put, as one piece */
void whole(void)
{
	end_record();
	lengths[0] = message.used;
	say.pieces = 1;
}

void must(const char *what)
{
	int ret = once();

	if (ret)
		errx(1, "%s: %s", what, strerrorname_np(ret));
}
