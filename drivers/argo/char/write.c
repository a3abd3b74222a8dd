// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing: each call sends one message.
 *
 * A writer that blocks waits with a struct argo_dest of its own, so any number of them
 * may wait at once, also for different destinations. A write that does not block leaves
 * its wait in argo_end.full_dest, and poll() tells when it has ended.
 */
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "char.h"
#include "trace.h"

static_assert(ARGO_RING_LEN_MAX - sizeof(struct xen_argo_ring_message_header) -
	      XEN_ARGO_MSG_SLOT_SIZE == ARGO_DEV_MESSAGE_MAX);

/**
 * struct argo_out - a message that is being sent
 * @dest: its destination
 * @room: wait queue, woken when there may be room
 * @full: @dest waits for room
 * @port: its source port
 * @type: its type
 * @len: bytes of its payload
 * @iov: its payload in kernel memory
 */
struct argo_out {
	struct argo_dest dest;
	wait_queue_head_t room;
	bool full;
	u32 port;
	u32 type;
	u32 len;
	struct xen_argo_iov iov;
};

static void argo_end_space(struct argo_dest *dest, enum argo_wake why)
{
	struct argo_end *end = container_of(dest, struct argo_end, full_dest);

	WRITE_ONCE(end->full, false);
	wake_up_interruptible_poll(&end->writable, EPOLLOUT | EPOLLWRNORM);
}

/* Never called: these destinations are not watched. */
static void argo_dest_ignore(struct argo_dest *dest)
{
}

static const struct argo_dest_ops argo_end_dest_ops = {
	.space = argo_end_space,
	.gone = argo_dest_ignore,
};

static void argo_out_space(struct argo_dest *dest, enum argo_wake why)
{
	struct argo_out *out = container_of(dest, struct argo_out, dest);

	/* argo_out_wait() checks this before it sleeps, so clear it before the wake-up. */
	WRITE_ONCE(out->full, false);
	wake_up_interruptible(&out->room);
}

static const struct argo_dest_ops argo_out_dest_ops = {
	.space = argo_out_space,
	.gone = argo_dest_ignore,
};

static int argo_out_try(struct argo_out *out, struct argo_dest *dest)
{
	return argo_send_wait(dest, out->port, out->type, &out->iov, !!out->len, out->len);
}

/*
 * Try to send once more, with full_dest. If there is still no room, full_dest waits, and
 * poll() reports the end of the wait.
 */
static int argo_out_later(struct argo_end *end, const struct argo_out *out)
{
	const struct xen_argo_addr *addr = &out->dest.addr;
	int ret;

	mutex_lock(&end->write_lock);
	if (end->has_full_dest && (end->full_dest.addr.domain_id != addr->domain_id ||
				   end->full_dest.addr.aport != addr->aport)) {
		argo_dest_del(&end->full_dest);
		end->has_full_dest = false;
	}
	if (!end->has_full_dest)
		argo_dest_add(&end->full_dest, addr->domain_id, addr->aport,
			      &argo_end_dest_ops);
	end->has_full_dest = true;
	/* argo_end_space() may clear this within argo_send_wait(), so set it before. */
	WRITE_ONCE(end->full, true);
	ret = argo_send_wait(&end->full_dest, out->port, out->type, &out->iov,
			     !!out->len, out->len);
	if (!argo_full(ret)) {
		argo_dest_wait_end(&end->full_dest);
		/* Another thread may have polled while the flag was set: wake it. */
		argo_end_space(&end->full_dest, ARGO_WAKE_VIRQ);
	}
	mutex_unlock(&end->write_lock);
	return ret;
}

static int argo_out_wait(struct argo_out *out)
{
	struct xen_argo_addr addr = out->dest.addr;
	int ret, sig = 0;

	init_waitqueue_head(&out->room);
	argo_dest_add(&out->dest, addr.domain_id, addr.aport, &argo_out_dest_ops);
	do {
		WRITE_ONCE(out->full, true);
		ret = argo_out_try(out, &out->dest);
		if (!argo_full(ret))
			break;
		sig = wait_event_interruptible(out->room, !READ_ONCE(out->full));
	} while (!sig);
	argo_dest_del(&out->dest);
	return sig ?: ret;
}

static int argo_out_send(struct argo_end *end, struct argo_out *out, bool nonblock)
{
	int ret;

	ret = argo_sendv(&out->dest, out->port, out->type, &out->iov, !!out->len);
	if (!argo_full(ret))
		return ret;
	atomic64_inc(&end->no_room);
	if (!nonblock)
		return argo_out_wait(out);
	ret = argo_out_later(end, out);
	return argo_full(ret) ? -EAGAIN : ret;
}

/* Fill in the destination and the source port. Return: 0 or a negative errno */
static int argo_out_address(struct argo_end *end, const struct argo_dev_head *head,
			    struct argo_out *out)
{
	if (head->flags || head->label || head->label_source || head->reserved ||
	    head->drops || head->reserved2)
		return -EINVAL;
	if (head->domid != ARGO_DEV_DOMID_ANY) {
		out->dest.addr.domain_id = head->domid;
		out->dest.addr.aport = head->port;
	} else if (head->port) {
		return -EINVAL;
	} else if (!argo_end_default(end, &out->dest.addr)) {
		return -EDESTADDRREQ;
	}
	/* Without a ring nobody can answer, so the source port is 0. */
	out->port = argo_end_ring(end) ? READ_ONCE(end->port) : 0;
	return 0;
}

/**
 * argo_end_write() - write_iter of the device
 * @iocb: request for the endpoint's file
 * @from: a header and a message
 *
 * Return: bytes; -EDESTADDRREQ if no destination is named and there is no default
 * one, -EINVAL for a bad header, -EMSGSIZE, -EAGAIN if there is no room,
 * -EFAULT, -ENOMEM, -ERESTARTSYS, or as argo_sendv().
 */
ssize_t argo_end_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct argo_end *end = iocb->ki_filp->private_data;
	bool nonblock = iocb->ki_flags & IOCB_NOWAIT ||
			iocb->ki_filp->f_flags & O_NONBLOCK;
	size_t count = iov_iter_count(from);
	struct argo_out out = {};
	struct argo_dev_head head;
	void *payload = NULL;
	int ret;

	if (count < sizeof(head))
		return -EINVAL;
	if (!copy_from_iter_full(&head, sizeof(head), from))
		return -EFAULT;
	if (count - sizeof(head) > ARGO_DEV_MESSAGE_MAX)
		return -EMSGSIZE;
	if (head.len != count - sizeof(head))
		return -EINVAL;
	ret = argo_out_address(end, &head, &out);
	if (ret)
		return ret;

	out.type = head.type;
	out.len = head.len;
	if (out.len) {
		payload = kvmalloc(out.len, GFP_KERNEL_ACCOUNT);
		if (!payload)
			return -ENOMEM;
		out.iov = argo_iov(payload, out.len);
		if (!copy_from_iter_full(payload, out.len, from)) {
			kvfree(payload);
			return -EFAULT;
		}
	}
	ret = argo_out_send(end, &out, nonblock);
	trace_argo_dev_write(&out.dest.addr, out.port, out.type, out.len, ret);
	kvfree(payload);
	if (ret < 0)
		return ret;
	atomic64_inc(&end->sent);
	atomic64_add(out.len, &end->sent_bytes);
	return count;
}

/**
 * argo_end_write_end() - remove the destination that a write has left to wait
 * @end: endpoint that is going away
 */
void argo_end_write_end(struct argo_end *end)
{
	if (end->has_full_dest)
		argo_dest_del(&end->full_dest);
}
