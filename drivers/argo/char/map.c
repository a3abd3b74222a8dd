// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading in place: mmap() maps the ring into the program, and ARGO_DEV_CONSUME tells
 * where in it the next message is.
 */
#include <linux/mm.h>

#include "char.h"

/* Messages that one call consumes at most */
#define ARGO_CONSUME_MAX	1024

static void argo_map_read_only(struct vm_area_struct *vma)
{
#ifdef ARGO_DEV_HAVE_VM_FLAGS_CLEAR
	vm_flags_clear(vma, VM_MAYWRITE);
#else
	/* Before 6.3 */
	vma->vm_flags &= ~VM_MAYWRITE;
#endif
}

/**
 * argo_end_mmap() - mmap of the device
 * @file: file of the endpoint
 * @vma: where to map the ring
 *
 * The mapping holds a reference to the file, so the ring lives as long as it.
 *
 * Return: 0; -ENOTCONN without a ring, -EPERM for a writable mapping, -ENXIO if the
 * mapping is longer than the ring.
 */
int argo_end_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct argo_ring *ring = argo_end_ring(file->private_data);

	if (!ring)
		return -ENOTCONN;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	argo_map_read_only(vma);
	return argo_ring_map(ring, vma);
}

static int argo_step_over(struct argo_end *end, u32 *count)
{
	u32 wanted = min_t(u32, *count, ARGO_CONSUME_MAX);
	struct argo_message msg;
	int ret = 0;

	for (*count = 0; *count < wanted; ++*count) {
		ret = argo_ring_next(end->ring, &msg);
		if (ret <= 0)
			break;
		argo_ring_consume(end->ring, &msg);
	}
	if (*count)
		argo_ring_publish(end->ring);
	return min(ret, 0);
}

static int argo_show_next(struct argo_end *end, struct argo_dev_consume *consume)
{
	struct argo_message msg;
	int i, ret;

	ret = argo_ring_next(end->ring, &msg);
	if (ret <= 0)
		return ret;
	consume->ready = 1;
	consume->head = argo_end_head(end, &msg);
	for (i = 0; i < 2; i++) {
		consume->len[i] = msg.seg_len[i];
		if (msg.seg_len[i])
			consume->offset[i] = argo_ring_offset(end->ring, msg.seg[i]);
	}
	return 0;
}

/**
 * argo_end_consume() - consume messages, and describe the next one
 * @end: endpoint
 * @consume: how many to consume; the result is filled in
 *
 * The kernel keeps the read position and checks each header, so a program that reads
 * its mapping in a wrong way harms only itself.
 *
 * Return: 0; -ENOTCONN without a ring, -ECONNRESET if it is lost and empty,
 * -ERESTARTSYS.
 */
int argo_end_consume(struct argo_end *end, struct argo_dev_consume *consume)
{
	struct argo_ring *ring = argo_end_ring(end);
	u32 count = consume->count;
	int ret;

	if (!ring)
		return -ENOTCONN;
	if (mutex_lock_interruptible(&end->read_lock))
		return -ERESTARTSYS;
	*consume = (struct argo_dev_consume) { .size = consume->size, .count = count };
	ret = argo_step_over(end, &consume->count);
	if (!ret)
		ret = argo_show_next(end, consume);
	mutex_unlock(&end->read_lock);
	if (!ret && !consume->ready) {
		argo_ring_done(ring);
		if (READ_ONCE(end->lost) && !consume->count)
			ret = -EIO;
	}
	return ret == -EIO ? -ECONNRESET : ret;
}
