// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of devices that are served, and what has to be known about them.
 */
#include <linux/kernel.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_byteorder.h>
#include <linux/virtio_ids.h>

#include "virtio-argo.h"

/* A request of a block device has a header and a status besides its data. */
#define VA_BLK_EXTRA	2
/* Smallest queue, a power of two, which holds those and one piece of data */
#define VA_BLK_QUEUE	4

/*
 * A device of another type could not be told that a request failed. Features are those
 * whose configuration a driver does not trust blindly: virtio_blk takes the mode of
 * VIRTIO_BLK_F_CONFIG_WCE, for one, as an index into a table.
 */
static const struct va_type va_types[] = {
	{ VIRTIO_ID_BLOCK, "blk", VIRTIO_BLK_S_IOERR, VIRTIO_BLK_F_FLUSH,
	  BIT_ULL(VIRTIO_BLK_F_SEG_MAX) | BIT_ULL(VIRTIO_BLK_F_RO) |
	  BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) | BIT_ULL(VIRTIO_BLK_F_FLUSH) },
	{ VIRTIO_ID_RNG, "rng", -1, -1, 0 },
};

/**
 * va_type_find() - find out about a kind of device
 * @id: VIRTIO_ID_*
 *
 * Return: what is to be known, or NULL
 */
const struct va_type *va_type_find(u32 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(va_types); i++)
		if (va_types[i].id == id)
			return &va_types[i];
	return NULL;
}

/**
 * va_type_limit() - let a driver ask only for what can be had
 * @type: of the device
 * @config: VA_CONFIG_MAX bytes of its configuration, changed
 * @queue: entries of its smallest queue
 * @max_request: longest chain that the backend takes
 *
 * A request with more pieces than the queue has entries needs a table, for which there
 * may be no memory. virtio_blk waits then for another request to end, and there may be
 * none. One that is longer than the backend takes would fail.
 *
 * Return: 0, or -EOPNOTSUPP if not even the smallest request would fit
 */
int va_type_limit(const struct va_type *type, void *config, u32 queue, u32 max_request)
{
	struct virtio_blk_config *blk = config;
	u32 max;

	if (type->id != VIRTIO_ID_BLOCK)
		return queue ? 0 : -EOPNOTSUPP;
	if (queue < VA_BLK_QUEUE || max_request < VA_REQUEST_MIN)
		return -EOPNOTSUPP;
	max = min(queue - VA_BLK_EXTRA, max_request / VA_SEGMENT_MAX - 1);
	max = min(max, __virtio32_to_cpu(true, blk->seg_max));
	blk->seg_max = __cpu_to_virtio32(true, max);
	return 0;
}

/**
 * va_type_lacks() - compare what a driver relies on
 * @type: of the device
 * @now: VA_CONFIG_MAX bytes of its configuration, after va_type_limit()
 * @before: the same, as the driver knows it
 *
 * Return: NULL, or what the device cannot do any more
 */
const char *va_type_lacks(const struct va_type *type, const void *now, const void *before)
{
	const struct virtio_blk_config *new = now, *old = before;

	if (type->id != VIRTIO_ID_BLOCK)
		return NULL;
	if (__virtio64_to_cpu(true, new->capacity) < __virtio64_to_cpu(true, old->capacity))
		return "it is smaller";
	if (__virtio32_to_cpu(true, new->seg_max) < __virtio32_to_cpu(true, old->seg_max))
		return "it takes less at once";
	return NULL;
}
