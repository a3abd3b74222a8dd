/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGO_INTERNAL_H
#define ARGO_INTERNAL_H

#include <pthread.h>

#include <linux/argo_dev.h>

#include "argo.h"

/* The device; tests have another */
#define ARGO_DEVICE	"/dev/argo"
#define ARGO_HOSTS	"/etc/argo/hosts"

/**
 * struct argo - an endpoint
 * @fd: of the device
 * @map_lock: the mapping is made once
 * @map: the ring, or NULL
 * @map_len: bytes of it
 */
struct argo {
	int fd;
	pthread_mutex_t map_lock;
	const void *map;
	size_t map_len;
};

void argo_unmap(struct argo *a);
void argo_meta_fill(struct argo_meta *meta, const struct argo_dev_head *head);

#endif /* ARGO_INTERNAL_H */
