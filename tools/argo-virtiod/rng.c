// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random numbers, of this domain's kernel.
 */
#include <linux/virtio_ids.h>
#include <sys/random.h>

#include "virtiod.h"

/* A guest that wants more at once asks once more. */
#define RNG_MAX	4096

static int rng_open(struct device *dev)
{
	dev->features = 1ULL << 32;
	return 0;
}

static void rng_take(struct device *dev, struct request *r, uint32_t at, const void *data,
		     uint32_t len)
{
	(void)dev;
	(void)r;
	(void)at;
	(void)data;
	(void)len;
}

static void rng_finish(struct device *dev, struct request *r)
{
	(void)dev;
	r->length = r->cap < RNG_MAX ? r->cap : RNG_MAX;
}

static void rng_give(struct device *dev, struct request *r, uint32_t offset, void *data,
		     uint32_t len)
{
	uint32_t got = 0;
	ssize_t n;

	(void)dev;
	(void)r;
	(void)offset;
	while (got < len) {
		n = getrandom((char *)data + got, len - got, 0);
		if (n > 0)
			got += n;
	}
}

const struct device_ops rng_ops = {
	.name = "rng",
	.id = VIRTIO_ID_RNG,
	.queues = 1,
	.open = rng_open,
	.take = rng_take,
	.finish = rng_finish,
	.give = rng_give,
};
