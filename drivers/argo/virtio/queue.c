// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device side of a virtqueue: requests are fetched from the available ring into
 * a list, are moved to another one when they were sent, and from there to the used
 * ring when they were answered. So what waits for room, what has to be sent once
 * more, and what has to fail are lists, too.
 */
#include <linux/slab.h>
#include <linux/virtio_ids.h>

#include "virtio-argo.h"

static u16 va_mask(const struct va_queue *q, u16 index)
{
	return index & (q->vring->num - 1);
}

/* Have the driver notify us of the next request. */
static void va_ask_for_notify(struct va_queue *q)
{
	struct virtio_device *vdev = q->vq->vdev;

	if (__virtio_test_bit(vdev, VIRTIO_RING_F_EVENT_IDX))
		WRITE_ONCE(vring_avail_event(q->vring), cpu_to_virtio16(vdev, q->last_avail));
}

static void va_fetch_one(struct va_queue *q)
{
	struct virtio_device *vdev = q->vq->vdev;
	struct va_chain *chain;
	u16 head;

	head = virtio16_to_cpu(vdev, q->vring->avail->ring[va_mask(q, q->last_avail)]);
	q->last_avail++;
	/* That would be a mistake of the driver, and there is no answer to it. */
	if (head >= q->vring->num || q->chains[head].busy) {
		dev_err_once(&vdev->dev, "queue %u: the driver gave a bad head\n", q->index);
		return;
	}
	chain = &q->chains[head];
	*chain = (struct va_chain) {
		.busy = true,
		.head = head,
	};
	va_chain_measure(q, chain);
	list_add_tail(&chain->node, &q->todo);
}

/**
 * va_fetch() - take all requests that there are
 * @q: queue
 *
 * Context: @q->lock is held.
 */
void va_fetch(struct va_queue *q)
{
	struct virtio_device *vdev = q->vq->vdev;

	lockdep_assert_held(&q->lock);

	for (;;) {
		if (virtio16_to_cpu(vdev, READ_ONCE(q->vring->avail->idx)) == q->last_avail) {
			va_ask_for_notify(q);
			/*
			 * Pairs with virtio_mb() in virtqueue_kick_prepare(): either the
			 * driver sees that we want to be notified, or we see its request.
			 */
			virtio_mb(true);
			if (virtio16_to_cpu(vdev, READ_ONCE(q->vring->avail->idx)) ==
			    q->last_avail)
				return;
		}
		/* Pairs with virtio_wmb() in virtqueue_add(): an entry is older than idx. */
		virtio_rmb(true);
		va_fetch_one(q);
	}
}

/**
 * va_complete() - a request is done; the driver does not see it yet
 * @q: queue
 * @chain: the request
 * @len: bytes written into it
 *
 * Context: @q->lock is held.
 */
void va_complete(struct va_queue *q, struct va_chain *chain, u32 len)
{
	struct virtio_device *vdev = q->vq->vdev;
	struct vring_used_elem *used = &q->vring->used->ring[va_mask(q, q->used)];

	lockdep_assert_held(&q->lock);

	used->id = cpu_to_virtio32(vdev, chain->head);
	used->len = cpu_to_virtio32(vdev, len);
	q->used++;
	list_del(&chain->node);
	chain->busy = false;
	chain->out = false;
}

/**
 * va_show() - let the driver see what is done
 * @q: queue
 *
 * All that belongs together appears at once: a driver that gets the first buffer of
 * a frame looks for the others.
 *
 * Context: @q->lock is held.
 * Return: does the driver want to be called?
 */
bool va_show(struct va_queue *q)
{
	struct virtio_device *vdev = q->vq->vdev;
	u16 old = q->shown;

	lockdep_assert_held(&q->lock);

	if (q->used == old || q->closed)
		return false;
	/* Pairs with virtio_rmb() in virtqueue_get_buf(): the data is older than idx. */
	virtio_wmb(true);
	WRITE_ONCE(q->vring->used->idx, cpu_to_virtio16(vdev, q->used));
	q->shown = q->used;
	/*
	 * Pairs with virtio_mb() in virtqueue_enable_cb(): either the driver sees the
	 * new idx, or we see that it wants to be called.
	 */
	virtio_mb(true);
	if (__virtio_test_bit(vdev, VIRTIO_RING_F_EVENT_IDX))
		return vring_need_event(virtio16_to_cpu(vdev,
							READ_ONCE(vring_used_event(q->vring))),
					q->used, old);
	return !(virtio16_to_cpu(vdev, READ_ONCE(q->vring->avail->flags)) &
		 VRING_AVAIL_F_NO_INTERRUPT);
}

/**
 * va_queue_abort() - let all requests fail
 * @q: queue
 *
 * Context: any.
 * Return: does the driver want to be called?
 */
bool va_queue_abort(struct va_queue *q)
{
	struct va_chain *chain, *next;
	unsigned long flags;
	bool call = false;

	spin_lock_irqsave(&q->lock, flags);
	if (!q->closed) {
		va_fetch(q);
		list_splice_init(&q->out, &q->todo);
		list_for_each_entry_safe(chain, next, &q->todo, node) {
			va_chain_fail(q, chain);
			va_complete(q, chain, 0);
			atomic_long_inc(&q->dev->failed);
		}
		call = va_show(q);
	}
	spin_unlock_irqrestore(&q->lock, flags);
	return call;
}

/**
 * va_queue_stall() - send nothing any more
 * @q: queue
 */
void va_queue_stall(struct va_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->live = false;
	spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * va_queue_restart() - what was sent and not answered is sent once more
 * @q: queue, stalled
 *
 * In the order in which it was sent before, and before all that was not.
 */
void va_queue_restart(struct va_queue *q)
{
	struct va_chain *chain;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_for_each_entry(chain, &q->out, node)
		atomic_long_inc(&q->dev->again);
	list_splice_init(&q->out, &q->todo);
	list_for_each_entry(chain, &q->todo, node) {
		chain->out = false;
		chain->sent = 0;
		chain->got = 0;
		chain->answered = false;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * va_queue_go() - the device takes requests
 * @q: queue
 */
void va_queue_go(struct va_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->live = !q->closed;
	spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * va_queue_close() - forget all requests: they are the driver's again
 * @q: queue
 */
void va_queue_close(struct va_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->closed = true;
	q->live = false;
	INIT_LIST_HEAD(&q->todo);
	INIT_LIST_HEAD(&q->out);
	spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * va_queue_create() - make the device side of a queue
 * @dev: its device
 * @index: number
 *
 * Return: the queue, without rings, or NULL
 */
struct va_queue *va_queue_create(struct va_device *dev, unsigned int index)
{
	struct va_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	q->dev = dev;
	q->index = index;
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->todo);
	INIT_LIST_HEAD(&q->out);
	INIT_LIST_HEAD(&q->touched);
	q->chains = kcalloc(VA_QUEUE_SIZE, sizeof(*q->chains), GFP_KERNEL);
	q->records = kcalloc(VA_RECORDS_MAX, sizeof(*q->records), GFP_KERNEL);
	q->bounce = kvmalloc(VA_SEND_MAX, GFP_KERNEL);
	if (!q->chains || !q->records || !q->bounce) {
		va_queue_free(q);
		return NULL;
	}
	return q;
}

/**
 * va_queue_free() - free a queue
 * @q: queue, closed, and nobody's any more
 */
void va_queue_free(struct va_queue *q)
{
	kvfree(q->bounce);
	kfree(q->records);
	kfree(q->chains);
	kfree(q);
}
