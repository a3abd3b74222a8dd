// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block device on a file, or on another block device.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "virtiod.h"

#define SECTOR	512

static int blk_size(struct device *dev)
{
	uint64_t bytes;
	struct stat st;

	if (fstat(dev->fd, &st))
		return -1;
	bytes = st.st_size;
	if (S_ISBLK(st.st_mode) && ioctl(dev->fd, BLKGETSIZE64, &bytes))
		return -1;
	dev->sectors = bytes / SECTOR;
	return 0;
}

static int blk_open(struct device *dev)
{
	struct virtio_blk_config config = {
		.size_max = htole32(VIRTIOD_SEGMENT),
		.seg_max = htole32(VIRTIOD_SEGMENTS),
		.blk_size = htole32(SECTOR),
	};

	if (!dev->file) {
		fprintf(stderr, "argo-virtiod: a block device has a file\n");
		return -1;
	}
	dev->fd = open(dev->file, (dev->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (dev->fd < 0 || blk_size(dev)) {
		fprintf(stderr, "argo-virtiod: %s: %s\n", dev->file, strerror(errno));
		return -1;
	}
	config.capacity = htole64(dev->sectors);
	dev->config_size = sizeof(config);
	memcpy(dev->config, &config, sizeof(config));
	dev->features = 1ULL << 32 | 1ULL << VIRTIO_BLK_F_SIZE_MAX |
			1ULL << VIRTIO_BLK_F_SEG_MAX | 1ULL << VIRTIO_BLK_F_BLK_SIZE |
			1ULL << VIRTIO_BLK_F_FLUSH;
	if (dev->read_only)
		dev->features |= 1ULL << VIRTIO_BLK_F_RO;
	return 0;
}

static uint32_t blk_type(const struct request *r)
{
	struct virtio_blk_outhdr header;

	memcpy(&header, r->header, sizeof(header));
	return le32toh(header.type);
}

/* Is all of it on the device? Then @position is where. */
static bool blk_inside(struct device *dev, struct request *r, uint32_t len)
{
	struct virtio_blk_outhdr header;
	uint64_t sector;

	memcpy(&header, r->header, sizeof(header));
	sector = le64toh(header.sector);
	if (len % SECTOR || sector > dev->sectors || len / SECTOR > dev->sectors - sector)
		return false;
	r->position = sector * SECTOR;
	return true;
}

static bool blk_write(struct device *dev, const void *data, uint32_t len, uint64_t position)
{
	ssize_t n;

	while (len) {
		n = pwrite(dev->fd, data, len, position);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = (const char *)data + n;
		len -= n;
		position += n;
	}
	return true;
}

/* A write is written as it comes. */
static void blk_take(struct device *dev, struct request *r, uint32_t at, const void *data,
		     uint32_t len)
{
	uint32_t skip = at < VIRTIOD_HEADER ? VIRTIOD_HEADER - at : 0;

	if (r->total < VIRTIOD_HEADER || blk_type(r) != VIRTIO_BLK_T_OUT || r->status)
		return;
	if (len <= skip)
		return;
	if (dev->read_only || !blk_inside(dev, r, r->total - VIRTIOD_HEADER) ||
	    !blk_write(dev, (const char *)data + skip, len - skip,
		       r->position + at + skip - VIRTIOD_HEADER))
		r->status = VIRTIO_BLK_S_IOERR;
}

static uint8_t blk_flush(struct device *dev)
{
	return fdatasync(dev->fd) ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}

static void blk_finish(struct device *dev, struct request *r)
{
	/* Without room for a status there is no answer but that it is done. */
	r->length = r->cap;
	if (r->total < VIRTIOD_HEADER || !r->cap) {
		r->status = VIRTIO_BLK_S_IOERR;
		return;
	}
	switch (blk_type(r)) {
	case VIRTIO_BLK_T_IN:
		if (!blk_inside(dev, r, r->cap - 1))
			r->status = VIRTIO_BLK_S_IOERR;
		break;
	case VIRTIO_BLK_T_OUT:
		/* A driver that does not flush takes what is written for safe. */
		if (!r->status && !(dev->driver_features & 1ULL << VIRTIO_BLK_F_FLUSH))
			r->status = blk_flush(dev);
		break;
	case VIRTIO_BLK_T_FLUSH:
		r->status = blk_flush(dev);
		break;
	case VIRTIO_BLK_T_GET_ID:
		break;
	default:
		r->status = VIRTIO_BLK_S_UNSUPP;
	}
}

/* Return: bytes read before the end or an error */
static uint32_t blk_read(struct device *dev, void *data, uint32_t len, uint64_t position)
{
	uint32_t got = 0;
	ssize_t n;

	while (got < len) {
		n = pread(dev->fd, (char *)data + got, len - got, position + got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += n;
	}
	return got;
}

/* The last byte is the status; what comes before it is only there for a read. */
static void blk_give(struct device *dev, struct request *r, uint32_t offset, void *data,
		     uint32_t len)
{
	uint32_t end = r->length - 1, want = 0, got = 0;

	if (offset < end)
		want = len < end - offset ? len : end - offset;
	memset(data, 0, want);
	if (want && !r->status && blk_type(r) == VIRTIO_BLK_T_IN) {
		got = blk_read(dev, data, want, r->position + offset);
		if (got < want) {
			memset((char *)data + got, 0, want - got);
			r->status = VIRTIO_BLK_S_IOERR;
		}
	}
	if (len > want)
		((uint8_t *)data)[want] = r->status;
}

const struct device_ops blk_ops = {
	.name = "blk",
	.id = VIRTIO_ID_BLOCK,
	.queues = 1,
	.open = blk_open,
	.take = blk_take,
	.finish = blk_finish,
	.give = blk_give,
};
