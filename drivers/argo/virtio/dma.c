// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses in descriptors. Whoever reads them is this module, so they are the
 * kernel's own: no bus address, no bounce buffer, no grant.
 *
 * On Xen virtio asks the DMA API for each buffer, whatever the features say.
 */
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/platform_device.h>

#include "virtio-argo.h"

/* What is asked for an address: a device, or from 7.x on something of virtio's */
#ifdef VIRTIO_ARGO_HAVE_MAP_OPS
#define va_map_t	union virtio_map
#define VA_ALLOC_ARGS	gfp_t gfp
#else
#define va_map_t	struct device *
#define VA_ALLOC_ARGS	gfp_t gfp, unsigned long attrs
#endif

static void *va_dma_alloc(va_map_t map, size_t size, dma_addr_t *handle, VA_ALLOC_ARGS)
{
	void *memory = alloc_pages_exact(size, gfp | __GFP_ZERO);

	*handle = (unsigned long)memory;
	return memory;
}

static void va_dma_free(va_map_t map, size_t size, void *memory, dma_addr_t handle,
			unsigned long attrs)
{
	free_pages_exact(memory, size);
}

static dma_addr_t va_dma_map_page(va_map_t map, struct page *page, unsigned long offset,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	return (unsigned long)page_address(page) + offset;
}

static void va_dma_unmap_page(va_map_t map, dma_addr_t handle, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
}

static size_t va_dma_max_mapping_size(va_map_t map)
{
	return VA_SEGMENT_MAX;
}

#ifdef VIRTIO_ARGO_HAVE_MAP_OPS

static void va_map_sync(union virtio_map map, dma_addr_t handle, size_t size,
			enum dma_data_direction dir)
{
}

static bool va_map_need_sync(union virtio_map map, dma_addr_t handle)
{
	return false;
}

static int va_map_error(union virtio_map map, dma_addr_t handle)
{
	return 0;
}

static const struct virtio_map_ops va_map_ops = {
	.map_page = va_dma_map_page,
	.unmap_page = va_dma_unmap_page,
	.sync_single_for_cpu = va_map_sync,
	.sync_single_for_device = va_map_sync,
	.alloc = va_dma_alloc,
	.free = va_dma_free,
	.need_sync = va_map_need_sync,
	.mapping_error = va_map_error,
	.max_mapping_size = va_dma_max_mapping_size,
};

/**
 * va_dma_init() - have virtio use addresses of ours
 * @dev: device, not registered yet
 */
void va_dma_init(struct va_device *dev)
{
	dev->vdev.map = &va_map_ops;
}

/**
 * va_dma_is_ours() - does it still?
 * @dev: device
 *
 * Return: true, unless others took over.
 */
bool va_dma_is_ours(struct va_device *dev)
{
	return dev->vdev.map == &va_map_ops;
}

#else

static int va_dma_map_sg(struct device *dev, struct scatterlist *list, int n,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(list, sg, n, i) {
		sg->dma_address = (unsigned long)sg_virt(sg);
		sg_dma_len(sg) = sg->length;
	}
	return n;
}

static void va_dma_unmap_sg(struct device *dev, struct scatterlist *list, int n,
			    enum dma_data_direction dir, unsigned long attrs)
{
}

static int va_dma_supported(struct device *dev, u64 mask)
{
	return mask == DMA_BIT_MASK(64);
}

static const struct dma_map_ops va_dma_ops = {
	.alloc = va_dma_alloc,
	.free = va_dma_free,
	.map_page = va_dma_map_page,
	.unmap_page = va_dma_unmap_page,
	.map_sg = va_dma_map_sg,
	.unmap_sg = va_dma_unmap_sg,
	.dma_supported = va_dma_supported,
	.max_mapping_size = va_dma_max_mapping_size,
};

/**
 * va_dma_init() - have virtio use addresses of ours
 * @dev: device, not registered yet
 *
 * It asks the parent, which is the same for all devices of a link.
 */
void va_dma_init(struct va_device *dev)
{
	set_dma_ops(dev->vdev.dev.parent, &va_dma_ops);
}

/**
 * va_dma_is_ours() - does it still?
 * @dev: device
 *
 * A kernel that uses virtio with grants may put other operations in their place,
 * and then an address would be none.
 *
 * Return: true, unless others took over.
 */
bool va_dma_is_ours(struct va_device *dev)
{
	return get_dma_ops(dev->vdev.dev.parent) == &va_dma_ops;
}

#endif
