// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings and messages, in the order and with the answers of the real one.
 */
#include <linux/align.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/barrier.h>

#include "fake.h"

struct fake_xen fake = {
	.lock = __SPIN_LOCK_UNLOCKED(fake.lock),
};
EXPORT_SYMBOL_GPL(fake);

struct fake_domain *fake_find_domain(u16 domid)
{
	return domid < FAKE_DOMAINS && fake.domain[domid].exists ?
	       &fake.domain[domid] : NULL;
}

struct fake_ring *fake_find_ring(u16 owner, u16 partner, u32 port)
{
	struct fake_domain *dom = fake_find_domain(owner);
	struct fake_ring *ring;

	if (!dom)
		return NULL;
	list_for_each_entry(ring, &dom->rings, node)
		if (ring->partner == partner && ring->port == port)
			return ring;
	return NULL;
}
EXPORT_SYMBOL_GPL(fake_find_ring);

/* Policy of the local domain; the others may send as they like. */
bool fake_refused(u16 caller, u16 domid)
{
	return caller == fake.local && domid < FAKE_DOMAINS &&
	       (fake.refused >> domid) & 1;
}

/* A ring for the caller alone comes first, be it full or not. */
struct fake_ring *fake_match_ring(u16 owner, u16 caller, u32 port)
{
	return fake_find_ring(owner, caller, port) ?:
	       fake_find_ring(owner, XEN_ARGO_DOMID_ANY, port);
}

/* Between ring and @buf, around the end of the ring */
void fake_ring_copy(const struct fake_ring *ring, u32 pos, void *buf, u32 len,
		    bool in)
{
	while (len) {
		u32 off = sizeof(struct xen_argo_ring) + pos;
		u32 in_page = PAGE_SIZE - offset_in_page(off);
		u32 n = min3(len, in_page, ring->len - pos);
		void *at = page_address(ring->pages[off >> PAGE_SHIFT]) +
			   offset_in_page(off);

		if (in)
			memcpy(at, buf, n);
		else
			memcpy(buf, at, n);
		buf += n;
		len -= n;
		pos += n;
		if (pos == ring->len)
			pos = 0;
	}
}

/* The reader's word is never taken as it is. */
u32 fake_ring_rx(const struct fake_ring *ring)
{
	/* What was read there is not written over before it was read. */
	u32 rx = virt_load_acquire(&fake_ring_head(ring)->rx_ptr);

	if (rx >= ring->len)
		return 0;
	rx = ALIGN(rx, XEN_ARGO_MSG_SLOT_SIZE);
	return rx >= ring->len ? 0 : rx;
}
EXPORT_SYMBOL_GPL(fake_ring_rx);

static u32 fake_ring_free(const struct fake_ring *ring)
{
	u32 rx = fake_ring_rx(ring);

	return rx > ring->tx ? rx - ring->tx : ring->len - ring->tx + rx;
}

static u32 fake_slots(u32 payload)
{
	return sizeof(struct xen_argo_ring_message_header) +
	       ALIGN(payload, XEN_ARGO_MSG_SLOT_SIZE);
}

/* One slot stays empty, or a full ring would look like an empty one. */
bool fake_ring_fits(const struct fake_ring *ring, u32 payload)
{
	return fake_slots(payload) < fake_ring_free(ring);
}

static u32 fake_first_tx(const struct xen_argo_ring *head, u32 len)
{
	u32 tx = READ_ONCE(head->tx_ptr);
	u32 rx = READ_ONCE(head->rx_ptr);

	if (tx < len && IS_ALIGNED(tx, XEN_ARGO_MSG_SLOT_SIZE))
		return tx;
	rx = rx < len ? ALIGN(rx, XEN_ARGO_MSG_SLOT_SIZE) : 0;
	return rx < len ? rx : 0;
}

static int fake_check_new(u16 caller, const struct xen_argo_register_ring *reg,
			  u32 flags)
{
	struct fake_domain *dom = fake_find_domain(caller);
	const struct fake_ring *old;

	if (flags & ~XEN_ARGO_REGISTER_FLAG_FAIL_EXIST || reg->pad ||
	    reg->len < XEN_ARGO_MIN_RING_LEN ||
	    !IS_ALIGNED(reg->len, XEN_ARGO_MSG_SLOT_SIZE) ||
	    reg->len > XEN_ARGO_MAX_RING_PAGES * XEN_ARGO_PAGE_SIZE -
		       sizeof(struct xen_argo_ring))
		return -EINVAL;
	if (reg->partner_id == XEN_ARGO_DOMID_ANY) {
		if (!fake.mac_permissive)
			return -EPERM;
	} else if (!fake_find_domain(reg->partner_id)) {
		return -ESRCH;
	}
	if (!dom)
		return -ENODEV;
	if (dom->nrings >= XEN_ARGO_MAX_RINGS)
		return -ENOSPC;
	old = fake_find_ring(caller, reg->partner_id, reg->aport);
	if (old && (flags & XEN_ARGO_REGISTER_FLAG_FAIL_EXIST ||
		    old->len != reg->len))
		return -EEXIST;
	return 0;
}

static struct fake_ring *fake_alloc_ring(u16 caller,
					 const struct xen_argo_register_ring *reg,
					 struct page **pages)
{
	unsigned int i, n = DIV_ROUND_UP(reg->len + sizeof(struct xen_argo_ring),
					 PAGE_SIZE);
	struct fake_ring *ring = kzalloc(sizeof(*ring), GFP_ATOMIC);

	if (!ring)
		return NULL;
	ring->pages = kmalloc_array(n, sizeof(*pages), GFP_ATOMIC);
	if (!ring->pages) {
		kfree(ring);
		return NULL;
	}
	ring->owner = caller;
	ring->partner = reg->partner_id;
	ring->port = reg->aport;
	ring->len = reg->len;
	INIT_LIST_HEAD(&ring->waits);
	/* As with Xen, a domain that counts references sees none of ours. */
	for (i = 0; i < n; i++) {
		if (caller != fake.local)
			get_page(pages[i]);
		ring->pages[i] = pages[i];
	}
	ring->npages = n;
	return ring;
}

/* Waits end without a word. */
void fake_free_ring(struct fake_ring *ring)
{
	struct fake_wait *wait, *next;

	list_for_each_entry_safe(wait, next, &ring->waits, node)
		kfree(wait);
	list_del(&ring->node);
	while (ring->npages) {
		struct page *page = ring->pages[--ring->npages];

		WARN(!page_count(page),
		     "fake-xen: memory of the ring on port %#x was freed while it was registered\n",
		     ring->port);
		if (ring->owner != fake.local)
			put_page(page);
	}
	kfree(ring->pages);
	kfree(ring);
}

/* @pages hold the whole ring; @reg->len is not to be trusted to say so. */
int fake_register(u16 caller, const struct xen_argo_register_ring *reg,
		  struct page **pages, u32 flags)
{
	struct fake_ring *ring, *old;
	unsigned long irq;
	int ret;

	spin_lock_irqsave(&fake.lock, irq);
	ret = fake_check_new(caller, reg, flags);
	if (ret)
		goto out;
	ring = fake_alloc_ring(caller, reg, pages);
	if (!ring) {
		ret = -ENOMEM;
		goto out;
	}
	/* The place of the old one stays taken: so does the real one do it. */
	old = fake_find_ring(caller, reg->partner_id, reg->aport);
	if (old)
		fake_free_ring(old);
	ring->tx = fake_first_tx(fake_ring_head(ring), ring->len);
	/* The first thing to be seen of the ring */
	virt_store_release(&fake_ring_head(ring)->tx_ptr, ring->tx);
	list_add_tail(&ring->node, &fake.domain[caller].rings);
	fake.domain[caller].nrings++;
out:
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_register);

int fake_unregister(u16 caller, const struct xen_argo_unregister_ring *unreg)
{
	struct fake_ring *ring;
	unsigned long irq;
	int ret = 0;

	if (unreg->pad)
		return -EINVAL;
	spin_lock_irqsave(&fake.lock, irq);
	ring = fake_find_ring(caller, unreg->partner_id, unreg->aport);
	if (ring) {
		fake_free_ring(ring);
		fake.domain[caller].nrings--;
	} else {
		ret = -ENOENT;
	}
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_unregister);

/* Return: payload bytes, or why there is no such message */
static int fake_count(const struct xen_argo_iov *iov, unsigned int niov)
{
	u32 sum = 0;

	for (; niov--; iov++) {
		if (iov->pad || iov->iov_len > FAKE_MAX_PAYLOAD)
			return -EINVAL;
		sum += iov->iov_len;
		if (sum > FAKE_MAX_PAYLOAD)
			return -EMSGSIZE;
	}
	return sum;
}

static bool fake_readable(const struct xen_argo_iov *iov)
{
	unsigned long at = iov->iov_hnd, end = at + iov->iov_len;
	u8 byte;

	for (; at < end; at = ALIGN_DOWN(at, PAGE_SIZE) + PAGE_SIZE)
		if (get_kernel_nofault(byte, (u8 *)at))
			return false;
	return true;
}

static int fake_put(struct fake_ring *ring, u16 caller,
		    const struct xen_argo_send_addr *addr,
		    const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	struct xen_argo_ring_message_header head = {
		.len = sizeof(head),
		.source.aport = addr->src.aport,
		.source.domain_id = caller,
		.message_type = type,
	};
	u32 pos = ring->tx + sizeof(head);
	unsigned int i;

	/* Nothing is seen of a message before the write position moves. */
	for (i = 0; i < niov; i++) {
		if (!fake_readable(&iov[i]))
			return -EFAULT;
		if (pos >= ring->len)
			pos -= ring->len;
		fake_ring_copy(ring, pos, (void *)(unsigned long)iov[i].iov_hnd,
			       iov[i].iov_len, true);
		pos += iov[i].iov_len;
		head.len += iov[i].iov_len;
	}
	fake_ring_copy(ring, ring->tx, &head, sizeof(head), true);
	ring->tx += ALIGN(head.len, XEN_ARGO_MSG_SLOT_SIZE);
	if (ring->tx >= ring->len)
		ring->tx -= ring->len;
	/* The whole message is there when its end is. */
	virt_store_release(&fake_ring_head(ring)->tx_ptr, ring->tx);
	return head.len - sizeof(head);
}

static int fake_deliver(u16 caller, const struct xen_argo_send_addr *addr,
			const struct xen_argo_iov *iov, unsigned int niov,
			u32 type)
{
	struct fake_ring *ring;
	int ret;

	if (niov > XEN_ARGO_MAXIOV || addr->src.pad || addr->dst.pad)
		return -EINVAL;
	if (addr->src.domain_id != caller &&
	    addr->src.domain_id != XEN_ARGO_DOMID_ANY)
		return -EPERM;
	if (!fake_find_domain(addr->dst.domain_id))
		return -ESRCH;
	if (!fake_find_domain(caller))
		return -ENODEV;
	if (fake_refused(caller, addr->dst.domain_id))
		return -EACCES;
	ring = fake_match_ring(addr->dst.domain_id, caller, addr->dst.aport);
	if (!ring)
		return -ECONNREFUSED;
	ret = fake_count(iov, niov);
	if (ret < 0)
		return ret;
	if (fake_slots(ret) >= ring->len)
		return -EMSGSIZE;
	if (!fake_ring_fits(ring, ret))
		return fake_wait_add(ring, caller, ret) ?: -EAGAIN;
	ret = fake_put(ring, caller, addr, iov, niov, type);
	if (ret >= 0)
		fake_signal(addr->dst.domain_id);
	return ret;
}

int fake_sendv(u16 caller, const struct xen_argo_send_addr *addr,
	       const struct xen_argo_iov *iov, unsigned int niov, u32 type)
{
	unsigned long irq;
	int ret;

	spin_lock_irqsave(&fake.lock, irq);
	ret = fake_deliver(caller, addr, iov, niov, type);
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_sendv);
