// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping a ring into the memory of a program, which then reads messages without
 * a copy.
 */
#include <linux/export.h>
#include <linux/mm.h>

#include "core.h"

/**
 * argo_ring_map() - map a ring into the memory of a program
 * @ring: ring, registered or not
 * @vma: where to; neither VM_WRITE nor VM_MAYWRITE may be set
 *
 * The whole of the memory can be mapped, header first, or any whole pages of it.
 * Pages that are mapped stay allocated until they are unmapped. @ring itself does
 * not: the client must keep it as long as there is a mapping. A filter does not see
 * what a program reads through its mapping.
 *
 * Context: process, within the client's mmap.
 * Return: 0, -EPERM if @vma may be written to, or -ENXIO if it is larger than
 * the ring.
 */
int argo_ring_map(struct argo_ring *ring, struct vm_area_struct *vma)
{
	unsigned long bytes = ring->config.len + sizeof(struct xen_argo_ring);

	if (vma->vm_flags & (VM_WRITE | VM_MAYWRITE))
		return -EPERM;
	return vm_map_pages(vma, ring->pages, DIV_ROUND_UP(bytes, PAGE_SIZE));
}
EXPORT_SYMBOL_GPL(argo_ring_map);

/**
 * argo_ring_offset() - where a piece of a message is in the mapping
 * @ring: ring
 * @piece: address in the ring, of &argo_message.seg
 *
 * Context: any.
 * Return: bytes from the beginning of the ring's memory, which is offset 0 of the file
 * that the program maps
 */
u32 argo_ring_offset(const struct argo_ring *ring, const void *piece)
{
	return piece - ring->memory;
}
EXPORT_SYMBOL_GPL(argo_ring_offset);
