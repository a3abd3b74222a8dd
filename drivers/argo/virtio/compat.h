/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels, found out by Makefile. Not for mainline. */
#ifndef _VIRTIO_ARGO_COMPAT_H
#define _VIRTIO_ARGO_COMPAT_H

#include <linux/virtio_config.h>

/* From 6.11 on what is asked for a queue is in a structure of virtio's. */
#ifdef VIRTIO_ARGO_HAVE_QUEUE_INFO
#define va_vq_info	virtqueue_info
#define VA_FIND_VQS_ARGS						\
	struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[], \
	struct virtqueue_info vqs_info[], struct irq_affinity *affinity
#define VA_VQ_INFO(i)	(vqs_info[i])
#else
struct va_vq_info {
	const char *name;
	vq_callback_t *callback;
	bool ctx;
};

#define VA_FIND_VQS_ARGS						\
	struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[], \
	vq_callback_t *callbacks[], const char * const names[], const bool *ctx, \
	struct irq_affinity *affinity
#define VA_VQ_INFO(i)	va_vq_info(i, callbacks, names, ctx)

static inline struct va_vq_info va_vq_info(unsigned int i, vq_callback_t *callbacks[],
					   const char * const names[], const bool *ctx)
{
	return (struct va_vq_info) {
		.name = names[i],
		.callback = callbacks[i],
		.ctx = ctx && ctx[i],
	};
}
#endif

#endif /* _VIRTIO_ARGO_COMPAT_H */
