// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the backend, one at a time, and its answers and events.
 */
#define pr_fmt(fmt) "virtio-argo: " fmt

#include <linux/string.h>

#include "virtio-argo.h"

#define VA_PATIENCE	(5 * HZ)

struct va_control {
	struct vmsg_header head;
	u8 payload[VMSG_MAX - sizeof(struct vmsg_header)];
};

/* Return: 0, or an error if it was not sent */
static int va_control_send(struct va_link *link, const struct va_control *msg, u32 len)
{
	struct xen_argo_iov iov = argo_iov(msg, len);
	unsigned long until = jiffies + VA_PATIENCE;
	int ret;

	for (;;) {
		ret = argo_send_wait(&link->dest, link->port, VA_TYPE(VA_KIND_CONTROL),
				     &iov, 1, len);
		if (!argo_full(ret))
			return ret < 0 ? ret : 0;
		if (!READ_ONCE(link->up))
			return -EPIPE;
		if (time_after(jiffies, until))
			return -ETIMEDOUT;
		/* Requests of drivers wait for the same room, so this may be late. */
		wait_event_timeout(link->room, !READ_ONCE(link->up), HZ / 50);
	}
}

/* Return: 0 if the answer may come from now on */
static int va_request_begin(struct va_link *link, struct vmsg_header *head, void *response,
			    u32 max)
{
	int ret = -EPIPE;

	spin_lock_irq(&link->lock);
	if (link->up) {
		head->token = cpu_to_le16(++link->token);
		link->request = *head;
		link->response = response;
		link->response_max = max;
		link->response_len = -EPIPE;
		link->outstanding = true;
		reinit_completion(&link->answered);
		ret = 0;
	}
	spin_unlock_irq(&link->lock);
	return ret;
}

static int va_request_end(struct va_link *link)
{
	int ret;

	spin_lock_irq(&link->lock);
	ret = link->outstanding ? -ETIMEDOUT : link->response_len;
	link->outstanding = false;
	spin_unlock_irq(&link->lock);
	return ret;
}

/**
 * va_request() - ask the backend
 * @link: link to it
 * @type: VMSG_TYPE_BUS or 0
 * @id: VMSG_*
 * @device: device number
 * @req: payload
 * @len: bytes of it
 * @response: filled in; may be @req
 * @max: room there, what is longer is cut off
 *
 * A backend that does not answer within 5 s is taken for gone.
 *
 * Context: process, may sleep.
 * Return: bytes of the response; -EPIPE if the link is not up any more,
 * -ETIMEDOUT, or an error of sending
 */
int va_request(struct va_link *link, u8 type, u8 id, u16 device, const void *req, u32 len,
	       void *response, u32 max)
{
	struct va_control msg = {
		.head.type = type,
		.head.id = id,
		.head.device = cpu_to_le16(device),
		.head.size = cpu_to_le16(sizeof(msg.head) + len),
	};
	int ret, sent;

	if (len > sizeof(msg.payload))
		return -EMSGSIZE;
	memcpy(msg.payload, req, len);
	mutex_lock(&link->request_lock);
	ret = va_request_begin(link, &msg.head, response, max);
	if (ret) {
		mutex_unlock(&link->request_lock);
		return ret;
	}
	sent = va_control_send(link, &msg, sizeof(msg.head) + len);
	if (!sent)
		wait_for_completion_timeout(&link->answered, VA_PATIENCE);
	ret = va_request_end(link);
	mutex_unlock(&link->request_lock);
	if (sent)
		ret = sent;
	if (ret < 0 && ret != -EPIPE) {
		pr_warn_ratelimited("domain %u did not answer request %#x (%d)\n",
				    link->domid, id, ret);
		va_link_fail(link);
	}
	return ret;
}

/**
 * va_ask() - ask the backend about a device
 * @dev: device
 * @id: VMSG_*
 * @req: payload
 * @len: bytes of it
 * @response: filled in; may be @req
 * @max: room there, what is longer is cut off
 *
 * Context: process, may sleep.
 * Return: as va_request()
 */
int va_ask(struct va_device *dev, u8 id, const void *req, u32 len, void *response, u32 max)
{
	return va_request(dev->link, 0, id, dev->number, req, len, response, max);
}

static bool va_is_answer(const struct va_link *link, const struct vmsg_header *head)
{
	return link->outstanding && head->token == link->request.token &&
	       head->id == link->request.id && head->device == link->request.device &&
	       head->type == (link->request.type | VMSG_TYPE_RESPONSE);
}

static bool va_answer(struct va_link *link, const struct va_control *msg, u32 len)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&link->lock, flags);
	mine = va_is_answer(link, &msg->head);
	if (mine) {
		memcpy(link->response, msg->payload, min(len, link->response_max));
		link->response_len = min(len, link->response_max);
		link->outstanding = false;
		complete(&link->answered);
	}
	spin_unlock_irqrestore(&link->lock, flags);
	return mine;
}

static bool va_control_event(struct va_link *link, const struct va_control *msg, u32 len)
{
	const struct vmsg_event_config *event = (const void *)msg->payload;
	u16 number = le16_to_cpu(msg->head.device);
	struct va_device *dev;

	if (msg->head.type == VMSG_TYPE_BUS && msg->head.id == VMSG_EVENT_DEVICE) {
		va_link_news(link);
		return true;
	}
	if (msg->head.type || msg->head.id != VMSG_EVENT_CONFIG || len < sizeof(*event) ||
	    number >= VA_DEVICES_MAX || !link->devices[number])
		return false;
	dev = link->devices[number];
	if (le32_to_cpu(event->status) & VIRTIO_CONFIG_S_NEEDS_RESET)
		va_device_kill(dev, "the backend gave up");
	/* It is read by whoever may wait for it. */
	WRITE_ONCE(dev->stale, true);
	va_link_news(link);
	return true;
}

/**
 * va_control_recv() - a CONTROL message came
 * @link: of this link
 * @msg: the message
 *
 * Context: the link's reader, with its callback_lock.
 */
void va_control_recv(struct va_link *link, const struct argo_message *msg)
{
	struct va_control control = {};
	u32 len;

	if (msg->len < sizeof(control.head) || msg->len > sizeof(control)) {
		atomic_long_inc(&link->bad);
		return;
	}
	argo_message_copy(msg, 0, &control, msg->len);
	len = msg->len - sizeof(control.head);
	if (le16_to_cpu(control.head.size) != msg->len ||
	    !(control.head.type & VMSG_TYPE_RESPONSE ? va_answer(link, &control, len) :
	      va_control_event(link, &control, len)))
		atomic_long_inc(&link->bad);
}
