// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a backend sends. It may say anything: whatever breaks the rules ends in
 * requests that fail, for one that was only dropped would never be answered.
 */
#define pr_fmt(fmt) "virtio-argo: " fmt

#include "virtio-argo.h"

/**
 * struct va_used - a record of USED, out of the ring
 * @dev: its device
 * @q: its queue
 * @head: of the request
 * @epoch: of the request
 * @total: bytes written to it
 * @offset: of these
 * @len: of these
 * @at: where they are in the message
 */
struct va_used {
	struct va_device *dev;
	struct va_queue *q;
	u16 head;
	u16 epoch;
	u32 total;
	u32 offset;
	u32 len;
	u32 at;
};

static void va_rx_hello(struct va_link *link, const struct argo_message *msg)
{
	struct va_hello hello;
	int ret;

	if (msg->len < sizeof(hello)) {
		atomic_long_inc(&link->bad);
		return;
	}
	argo_message_copy(msg, 0, &hello, sizeof(hello));
	ret = va_link_hello(link, &hello);
	if (!ret)
		return;
	atomic_long_inc(&link->bad);
	if (ret == -EPROTONOSUPPORT)
		pr_warn_ratelimited("domain %u speaks protocol versions %u to %u, this driver %u\n",
				    link->domid, hello.version_min, hello.version_max,
				    VA_VERSION);
	else if (ret == -EREMCHG)
		pr_warn_ratelimited("domain %u is no backend\n", link->domid);
}

static void va_rx_bye(struct va_link *link, const struct argo_message *msg)
{
	struct va_bye bye;

	if (msg->len < sizeof(bye)) {
		atomic_long_inc(&link->bad);
		return;
	}
	argo_message_copy(msg, 0, &bye, sizeof(bye));
	if (!va_link_bye(link, &bye))
		atomic_long_inc(&link->bad);
}

/* Return: NULL, or what is wrong with an answer to this request */
static const char *va_used_check(const struct va_chain *chain, const struct va_used *used)
{
	if (!chain->busy || !chain->out)
		return "an answer to nothing";
	if (used->total > chain->cap)
		return "an answer longer than its request allows";
	/* The status is the last byte. The driver would find an old one, which may say OK. */
	if (used->q->dev->type->fail >= 0 && used->total < chain->cap)
		return "an answer without its status";
	/* virtio_rng would not ask again, and its reader would wait for ever. */
	if (used->q->dev->type->fail < 0 && !used->total && chain->cap)
		return "an answer of nothing";
	if (chain->answered && used->total != chain->answer)
		return "an answer that changes its length";
	if (used->offset < chain->got || used->len > used->total ||
	    used->offset > used->total - used->len)
		return "an answer with a part outside of it";
	return NULL;
}

/* Return: NULL, or what is wrong */
static const char *va_used_take(const struct va_used *used, const struct argo_message *msg)
{
	struct va_queue *q = used->q;
	struct va_chain *chain;
	const char *wrong;

	lockdep_assert_held(&q->lock);

	if (used->head >= q->vring->num)
		return "an answer to a head that cannot be";
	chain = &q->chains[used->head];
	wrong = va_used_check(chain, used);
	if (wrong)
		return wrong;
	chain->answered = true;
	chain->answer = used->total;
	/* What the backend left out is not what was in the buffer before. */
	va_chain_scatter(q, chain, chain->got, NULL, 0, used->offset - chain->got);
	va_chain_scatter(q, chain, used->offset, msg, used->at, used->len);
	chain->got = used->offset + used->len;
	if (chain->got == chain->answer) {
		va_complete(q, chain, chain->answer);
		atomic_long_inc(&q->dev->answers);
	}
	return NULL;
}

static void va_used_record(const struct va_used *used, const struct argo_message *msg,
			   struct list_head *touched)
{
	struct va_queue *q = used->q;
	const char *wrong = NULL;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	/* Of before a reset or another session: that is no mistake of anybody. */
	if (q->live && used->epoch == used->dev->epoch && !READ_ONCE(used->dev->dead)) {
		wrong = va_used_take(used, msg);
		if (list_empty(&q->touched))
			list_add_tail(&q->touched, touched);
	}
	spin_unlock_irqrestore(&q->lock, flags);
	if (wrong) {
		atomic_long_inc(&used->dev->link->bad);
		va_device_kill(used->dev, wrong);
	}
}

/* Return: is there a record at @*at? It is stepped over. 0 at the end, -EBADMSG */
static int va_used_next(struct va_link *link, const struct argo_message *msg, u32 *at,
			struct va_used *used)
{
	struct va_record record;
	u16 number, queue;

	if (*at >= msg->len)
		return 0;
	if (msg->len - *at < sizeof(record))
		return -EBADMSG;
	argo_message_copy(msg, *at, &record, sizeof(record));
	number = le16_to_cpu(record.device);
	queue = le16_to_cpu(record.queue);
	*used = (struct va_used) {
		.head = le16_to_cpu(record.head),
		.epoch = le16_to_cpu(record.epoch),
		.total = le32_to_cpu(record.total),
		.offset = le32_to_cpu(record.offset),
		.len = le32_to_cpu(record.len),
		.at = *at + sizeof(record),
	};
	if (used->len > msg->len - used->at || number >= VA_DEVICES_MAX ||
	    queue >= VA_QUEUES_MAX || !(link->announced & BIT(number)))
		return -EBADMSG;
	/* Neither is there any more while a driver is about to let go. */
	used->dev = link->devices[number];
	used->q = used->dev ? used->dev->queues[queue] : NULL;
	*at = ALIGN(used->at + used->len, VA_RECORD_ALIGN);
	return 1;
}

/* All that a message completes appears at once, see va_show(). */
static void va_touched(struct list_head *touched)
{
	struct va_queue *q, *next;
	unsigned long flags;
	bool call;

	list_for_each_entry_safe(q, next, touched, touched) {
		list_del_init(&q->touched);
		spin_lock_irqsave(&q->lock, flags);
		call = va_show(q);
		spin_unlock_irqrestore(&q->lock, flags);
		if (!call)
			continue;
		/* Drivers expect what an interrupt would be. */
		local_bh_disable();
		vring_interrupt(0, q->vq);
		local_bh_enable();
	}
}

static void va_rx_used(struct va_link *link, const struct argo_message *msg)
{
	struct va_used used;
	LIST_HEAD(touched);
	u32 at = 0;
	int ret;

	while ((ret = va_used_next(link, msg, &at, &used)) > 0)
		if (used.q)
			va_used_record(&used, msg, &touched);
	va_touched(&touched);
	if (!ret)
		return;
	/* Nobody knows whose answer that was, and whoever it is waits for it. */
	atomic_long_inc(&link->bad);
	va_link_kill(link, "an answer that is no record");
}

/**
 * va_rx() - a message came
 * @reader: of a link
 * @msg: message
 *
 * Context: process, one at a time for each link.
 * Return: ARGO_READ_ON
 */
enum argo_read va_rx(struct argo_reader *reader, const struct argo_message *msg)
{
	struct va_link *link = container_of(reader, struct va_link, reader);

	atomic_long_inc(&link->rx);
	mutex_lock(&link->callback_lock);
	if (msg->type == VA_TYPE(VA_KIND_HELLO))
		va_rx_hello(link, msg);
	else if (!READ_ONCE(link->up))
		;
	else if (msg->type == VA_TYPE(VA_KIND_USED))
		va_rx_used(link, msg);
	else if (msg->type == VA_TYPE(VA_KIND_CONTROL))
		va_control_recv(link, msg);
	else if (msg->type == VA_TYPE(VA_KIND_BYE))
		va_rx_bye(link, msg);
	else
		atomic_long_inc(&link->bad);
	mutex_unlock(&link->callback_lock);
	return ARGO_READ_ON;
}
