// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending: requests become records, as many in a message as fit.
 */
#include "virtio-argo.h"

/* Rather than a smaller part of a request at the end of a message, it has none. */
#define VA_FRAGMENT_MIN	1024

static const u8 va_padding[VA_RECORD_ALIGN];

static void va_record_fill(const struct va_queue *q, const struct va_chain *chain,
			   struct va_record *record, u32 len)
{
	*record = (struct va_record) {
		.device = cpu_to_le16(q->dev->number),
		.queue = cpu_to_le16(q->index),
		.head = cpu_to_le16(chain->head),
		.epoch = cpu_to_le16(q->dev->epoch),
		.total = cpu_to_le32(chain->total),
		.cap = cpu_to_le32(chain->cap),
		.offset = cpu_to_le32(chain->sent),
		.len = cpu_to_le32(len),
	};
}

/*
 * Put the next record into a message of at most @room bytes.
 *
 * Return: is it the chain's last one? -ENOSPC if there is no room
 */
static int va_stage_record(struct va_queue *q, struct argo_stage *stage, unsigned int n,
			   struct va_chain *chain, u32 room)
{
	u32 pad = -stage->len & (VA_RECORD_ALIGN - 1);
	u32 left = chain->total - chain->sent, used;
	int ret;

	used = stage->len + pad + sizeof(struct va_record);
	if (n == VA_RECORDS_MAX || used > room ||
	    (n && room - used < min_t(u32, left, VA_FRAGMENT_MIN)))
		return -ENOSPC;
	chain->sending = min(left, room - used);
	va_record_fill(q, chain, &q->records[n], chain->sending);
	ret = argo_stage_add(stage, va_padding, pad);
	if (!ret)
		ret = argo_stage_add(stage, &q->records[n], sizeof(struct va_record));
	if (!ret)
		ret = va_chain_gather(q, chain, stage, chain->sent, chain->sending);
	return ret ?: chain->sending == left;
}

/* The first @n of those to be sent are in a message that was sent. */
static void va_sent(struct va_queue *q, unsigned int n)
{
	struct va_chain *chain, *next;

	list_for_each_entry_safe(chain, next, &q->todo, node) {
		if (!n--)
			break;
		chain->sent += chain->sending;
		if (chain->sent == chain->total) {
			chain->out = true;
			list_move_tail(&chain->node, &q->out);
			atomic_long_inc(&q->dev->requests);
		}
	}
}

/* No device takes it: it fails, alone. */
static bool va_too_long(struct va_queue *q, struct va_chain *chain)
{
	u32 max = READ_ONCE(q->dev->link->max_request);

	if (chain->total <= max && chain->cap <= max - chain->total)
		return false;
	va_chain_fail(q, chain);
	va_complete(q, chain, 0);
	atomic_long_inc(&q->dev->failed);
	return true;
}

/* Return: bytes sent, 0 if there is nothing to send, or an error */
static int va_send_message(struct va_queue *q)
{
	struct va_link *link = q->dev->link;
	u32 room = min_t(u32, READ_ONCE(link->max_message), VA_SEND_MAX);
	struct va_chain *chain, *next;
	struct argo_stage stage;
	unsigned int n = 0;
	int ret;

	argo_stage_init(&stage, q->bounce, VA_SEND_MAX);
	list_for_each_entry_safe(chain, next, &q->todo, node) {
		if (!chain->sent && va_too_long(q, chain))
			continue;
		ret = va_stage_record(q, &stage, n, chain, room);
		if (ret >= 0)
			n++;
		if (ret <= 0)
			break;
	}
	if (!n)
		return 0;
	ret = argo_send_wait(&link->dest, link->port, VA_TYPE(VA_KIND_AVAIL), stage.iov,
			     stage.niov, stage.len);
	if (ret < 0)
		return ret;
	atomic_long_inc(&q->dev->messages);
	va_sent(q, n);
	return stage.len;
}

/* Return: is there more to be sent, and room for it? */
static bool va_send(struct va_queue *q, u32 budget)
{
	u32 sent = 0;
	int ret;

	lockdep_assert_held(&q->lock);

	va_fetch(q);
	/*
	 * After a restore the link is cut at once, and its queues a bit later. Nothing
	 * goes to whoever has the number of the backend by then.
	 */
	while (q->live && READ_ONCE(q->dev->link->up) && !list_empty(&q->todo)) {
		if (sent >= budget)
			return true;
		ret = va_send_message(q);
		if (argo_full(ret)) {
			atomic_long_inc(&q->dev->full);
			return false;
		}
		if (ret < 0)
			va_link_fail(q->dev->link);
		if (ret <= 0)
			return false;
		sent += ret;
	}
	return false;
}

/**
 * va_notify() - the driver has new requests
 * @vq: in this queue
 *
 * Context: any.
 * Return: true
 */
bool va_notify(struct virtqueue *vq)
{
	struct va_queue *q = vq->priv;
	unsigned long flags;
	bool later;

	/* Its callback may want a lock that the caller holds. */
	later = READ_ONCE(q->dev->dead);
	if (!later) {
		spin_lock_irqsave(&q->lock, flags);
		if (!q->closed)
			later = va_send(q, VA_KICK_BYTES);
		/* One was too long and has failed. */
		later |= q->used != q->shown;
		spin_unlock_irqrestore(&q->lock, flags);
	}
	/* Those who set it look at the queue afterwards. */
	if (later || READ_ONCE(q->dev->dead))
		queue_work(va_wq, &q->dev->link->tx);
	return true;
}

static bool va_go_on(struct va_queue *q, bool *call)
{
	unsigned long flags;
	bool more = false;

	if (READ_ONCE(q->dev->dead)) {
		*call = va_queue_abort(q);
		return false;
	}
	spin_lock_irqsave(&q->lock, flags);
	if (!q->closed)
		more = va_send(q, VA_KICK_BYTES);
	*call = va_show(q);
	spin_unlock_irqrestore(&q->lock, flags);
	return more;
}

/**
 * va_tx_work() - go on with all queues
 * @work: of the link
 *
 * When there is room again, when there was too much for one kick, and when a
 * device died.
 */
void va_tx_work(struct work_struct *work)
{
	struct va_link *link = container_of(work, struct va_link, tx);
	struct va_device *dev;
	struct va_queue *q;
	bool call, more = false;
	unsigned int i, n;

	mutex_lock(&link->callback_lock);
	for (n = 0; n < VA_DEVICES_MAX; n++) {
		dev = link->devices[n];
		for (i = 0; dev && i < VA_QUEUES_MAX; i++) {
			q = dev->queues[i];
			if (!q)
				continue;
			more |= va_go_on(q, &call);
			if (call) {
				/* Drivers expect what an interrupt would be. */
				local_bh_disable();
				vring_interrupt(0, q->vq);
				local_bh_enable();
			}
		}
	}
	mutex_unlock(&link->callback_lock);
	if (more)
		queue_work(va_wq, work);
}
