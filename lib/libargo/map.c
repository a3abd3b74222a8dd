// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading in place.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* Before the messages in the mapping is the header of the ring. */
#define ARGO_RING_HEADER	64

static int argo_map_make(struct argo *a)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct argo_stats stats;
	void *map;

	if (argo_stats(a, &stats))
		return -1;
	if (!stats.bound) {
		errno = ENOTCONN;
		return -1;
	}
	a->map_len = (stats.ring_len + ARGO_RING_HEADER + page - 1) / page * page;
	map = mmap(NULL, a->map_len, PROT_READ, MAP_SHARED, a->fd, 0);
	if (map == MAP_FAILED)
		return -1;
	a->map = map;
	return 0;
}

const void *argo_map(struct argo *a, size_t *len)
{
	const void *map;

	pthread_mutex_lock(&a->map_lock);
	if (!a->map)
		argo_map_make(a);
	map = a->map;
	if (map && len)
		*len = a->map_len;
	pthread_mutex_unlock(&a->map_lock);
	return map;
}

void argo_unmap(struct argo *a)
{
	if (a->map)
		munmap((void *)a->map, a->map_len);
}

static int argo_step(struct argo *a, struct argo_dev_consume *consume)
{
	consume->size = sizeof(*consume);
	return ioctl(a->fd, ARGO_DEV_CONSUME, consume);
}

int argo_peek(struct argo *a, struct argo_meta *meta, const void *data[2], size_t len[2])
{
	struct argo_dev_consume consume = { .count = 0 };
	const char *map = argo_map(a, NULL);
	int i;

	if (!map || argo_step(a, &consume))
		return -1;
	if (!consume.ready) {
		errno = EAGAIN;
		return -1;
	}
	if (meta)
		argo_meta_fill(meta, &consume.head);
	for (i = 0; i < 2; i++) {
		data[i] = map + consume.offset[i];
		len[i] = consume.len[i];
	}
	return 0;
}

int argo_consume(struct argo *a, unsigned int count)
{
	struct argo_dev_consume consume = { .count = count };

	return argo_step(a, &consume) ? -1 : (int)consume.count;
}
