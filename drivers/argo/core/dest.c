// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destinations, which are rings of other domains: sending to them, and watching
 * whether they exist.
 */
#include <linux/export.h>
#include <asm/barrier.h>

#include "core.h"
#include "trace.h"

/**
 * argo_sendv() - send a message
 * @dest: where to
 * @port: local port the receiver shall see as the source; not checked by Xen
 * @type: message type, see linux/argo_message.h
 * @iov: the pieces, at most XEN_ARGO_MAXIOV, none of them empty
 * @niov: how many; 0 sends a bare header
 *
 * Xen has copied the message when this returns. After -EAGAIN, call
 * argo_dest_wait() and then send once more: the VIRQ that reports room may have come
 * between the two calls, where argo_dest_wait() does not notice it.
 * argo_send_wait() needs no second try.
 *
 * Context: any but callbacks.
 * Return: payload bytes sent, or
 *
 * * -EAGAIN: no room now; Xen signals this domain when there is
 * * -EBUSY, -ENOMEM: no room now, and Xen could not note that this domain waits:
 *   the timer of argo_dest_wait() will find the room
 * * -EMSGSIZE: larger than the ring can ever take
 * * -ECONNREFUSED: the domain has no ring for us on that port
 * * -ESRCH: there is no such domain
 * * -EPERM, -EACCES: Xen's security policy forbids it, or a filter does
 * * -ENODEV: there is no Argo, or it is off for this domain
 * * -EINVAL, -EFAULT: bad @iov, or the ring is in a state Xen refuses
 */
int argo_sendv(const struct argo_dest *dest, u32 port, u32 type,
	       const struct xen_argo_iov *iov, unsigned int niov)
{
	struct xen_argo_send_addr addr = {
		.src.domain_id = XEN_ARGO_DOMID_ANY,
		.src.aport = port,
		.dst = dest->addr,
	};
	int ret;

	/* Built-in clients run even if argo_init() failed. */
	if (unlikely(!argo_core.wq))
		return -ENODEV;
	if (static_branch_unlikely(&argo_filter_key)) {
		ret = argo_filter_send(&addr, type, iov, niov);
		if (ret)
			return ret;
	}
	ret = argo_hv_sendv(&addr, iov, niov, type);
	trace_argo_send(&dest->addr, type, niov, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_sendv);

/**
 * argo_send_wait() - send a message, or be told when there is room for it
 * @dest: where to
 * @port: as for argo_sendv()
 * @type: as for argo_sendv()
 * @iov: as for argo_sendv()
 * @niov: as for argo_sendv()
 * @bytes: payload bytes of the message
 *
 * If there is no room, argo_dest_ops.space is called once, as after
 * argo_dest_wait(). The callback may run before this function returns, so the client
 * needs a lock between the callback and its next try to send the message. That try
 * may find no room again, because another sender was faster.
 *
 * When Xen refuses a message, Xen records that this domain waits. The VIRQ about room
 * may come before argo-core has recorded the wait, too. argo-core notices this by the
 * number of VIRQs, and then asks Xen for room as if the VIRQ had come later.
 *
 * Context: any but callbacks.
 * Return: as argo_sendv().
 */
int argo_send_wait(struct argo_dest *dest, u32 port, u32 type,
		   const struct xen_argo_iov *iov, unsigned int niov, u32 bytes)
{
	/*
	 * Read the number before the send. Pairs with virt_mb() in
	 * argo_unmask_if_idle(): if that function drops the VIRQ about this send, it
	 * increments the number after the drop, and argo_dest_wait_since() finds
	 * another number than the one read here.
	 */
	unsigned int virqs = smp_load_acquire(&argo_core.virqs);
	int ret = argo_sendv(dest, port, type, iov, niov);

	if (argo_full(ret))
		argo_dest_wait_since(dest, bytes, virqs);
	else if (READ_ONCE(dest->woken)) /* argo_dest_end_wait() sets it */
		WRITE_ONCE(dest->woken, false);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_send_wait);

/**
 * argo_dest_del() - end the use of a destination
 * @dest: destination
 *
 * No callback runs once this returned.
 *
 * Context: any but callbacks.
 */
void argo_dest_del(struct argo_dest *dest)
{
	unsigned long flags;

	spin_lock_irqsave(&argo_core.lock, flags);
	argo_dest_forget_wait(dest);
	list_del(&dest->node);
	spin_unlock_irqrestore(&argo_core.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_del);

/**
 * argo_dest_watch() - be told when a ring is gone, or when it is there
 * @dest: destination
 * @watch: what to look for. The watch ends with the callback
 *
 * The callback also comes if the ring is gone, or is there, already when the watch
 * begins. All watched rings together cost one hypercall per second.
 *
 * Context: any but callbacks.
 */
void argo_dest_watch(struct argo_dest *dest, enum argo_watch watch)
{
	unsigned long flags;

	spin_lock_irqsave(&argo_core.lock, flags);
	dest->watch = watch;
	dest->exclusive = false;
	dest->fresh = true;
	spin_unlock_irqrestore(&argo_core.lock, flags);
	if (watch)
		argo_tick_start();
}
EXPORT_SYMBOL_GPL(argo_dest_watch);
