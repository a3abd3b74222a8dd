// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other domains: their birth and death, their rings, what they send, and
 * what a broken or hostile world does to rings of this one.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "fake.h"

void fake_domain_create(u16 domid)
{
	struct fake_domain *dom = &fake.domain[domid];
	unsigned long irq;

	spin_lock_irqsave(&fake.lock, irq);
	if (!dom->exists) {
		INIT_LIST_HEAD(&dom->rings);
		dom->nrings = 0;
		dom->virqs = 0;
		dom->exists = true;
	}
	spin_unlock_irqrestore(&fake.lock, irq);
}
EXPORT_SYMBOL_GPL(fake_domain_create);

/* What is left of it at others goes silently, too. */
static void fake_domain_forget(struct fake_domain *dom, u16 domid)
{
	struct fake_ring *ring, *next;

	list_for_each_entry_safe(ring, next, &dom->rings, node) {
		fake_wait_end(ring, domid);
		if (ring->partner != domid)
			continue;
		fake_free_ring(ring);
		dom->nrings--;
	}
}

void fake_domain_destroy(u16 domid)
{
	struct fake_domain *dom = &fake.domain[domid];
	struct fake_ring *ring, *next;
	unsigned long irq;
	unsigned int i;

	spin_lock_irqsave(&fake.lock, irq);
	if (dom->exists) {
		list_for_each_entry_safe(ring, next, &dom->rings, node)
			fake_free_ring(ring);
		dom->exists = false;
		for (i = 0; i < FAKE_DOMAINS; i++)
			if (fake.domain[i].exists)
				fake_domain_forget(&fake.domain[i], domid);
	}
	spin_unlock_irqrestore(&fake.lock, irq);
}
EXPORT_SYMBOL_GPL(fake_domain_destroy);

/* A ring whose memory nobody but the hypervisor keeps */
int fake_peer_open(u16 domid, u16 partner, u32 port, u32 len)
{
	struct xen_argo_register_ring reg = {
		.aport = port,
		.partner_id = partner,
		.len = len,
	};
	unsigned int i, n = DIV_ROUND_UP(len + sizeof(struct xen_argo_ring),
					 PAGE_SIZE);
	struct page **pages = kvcalloc(n, sizeof(*pages), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[i])
			goto out;
	}
	ret = fake_register(domid, &reg, pages, XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
out:
	while (i--)
		put_page(pages[i]);
	kvfree(pages);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_peer_open);

int fake_peer_close(u16 domid, u16 partner, u32 port)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = port,
		.partner_id = partner,
	};

	return fake_unregister(domid, &unreg);
}
EXPORT_SYMBOL_GPL(fake_peer_close);

/*
 * Read a message of a peer's ring. Its sender is told of the room only by
 * fake_notify().
 *
 * Return: payload bytes, of which at most @size are in @buf; -ENOENT if there
 * is no message, -ENXIO if there is no ring
 */
int fake_peer_recv(u16 domid, u16 partner, u32 port,
		   struct xen_argo_ring_message_header *head, void *buf, u32 size)
{
	struct fake_ring *ring;
	unsigned long irq;
	u32 rx, pos, len;
	int ret = -ENXIO;

	spin_lock_irqsave(&fake.lock, irq);
	ring = fake_find_ring(domid, partner, port);
	if (!ring)
		goto out;
	ret = -ENOENT;
	rx = fake_ring_rx(ring);
	if (rx == ring->tx)
		goto out;

	fake_ring_copy(ring, rx, head, sizeof(*head), false);
	len = head->len - sizeof(*head);
	pos = rx + sizeof(*head);
	if (pos == ring->len)
		pos = 0;
	fake_ring_copy(ring, pos, buf, min(len, size), false);
	rx += ALIGN(head->len, XEN_ARGO_MSG_SLOT_SIZE);
	if (rx >= ring->len)
		rx -= ring->len;
	/* It was read before its place is free. */
	virt_store_release(&fake_ring_head(ring)->rx_ptr, rx);
	ret = len;
out:
	spin_unlock_irqrestore(&fake.lock, irq);
	return ret;
}
EXPORT_SYMBOL_GPL(fake_peer_recv);

int fake_peer_send(u16 from, u32 from_port, u16 to, u32 to_port, u32 type,
		   const void *buf, u32 len)
{
	const struct xen_argo_send_addr addr = {
		.src.domain_id = XEN_ARGO_DOMID_ANY,
		.src.aport = from_port,
		.dst.domain_id = to,
		.dst.aport = to_port,
	};
	const struct xen_argo_iov iov = {
		.iov_hnd = (unsigned long)buf,
		.iov_len = len,
	};

	return fake_sendv(from, &addr, &iov, !!len, type);
}
EXPORT_SYMBOL_GPL(fake_peer_send);

/* As the death of a partner or a soft reset does. Return: how many it were */
unsigned int fake_drop_rings(u16 owner, const u32 *port)
{
	struct fake_ring *ring, *next;
	struct fake_domain *dom;
	unsigned int n = 0;
	unsigned long irq;

	spin_lock_irqsave(&fake.lock, irq);
	dom = fake_find_domain(owner);
	if (!dom)
		goto out;
	list_for_each_entry_safe(ring, next, &dom->rings, node) {
		if (port && ring->port != *port)
			continue;
		fake_free_ring(ring);
		dom->nrings--;
		n++;
	}
out:
	spin_unlock_irqrestore(&fake.lock, irq);
	return n;
}
EXPORT_SYMBOL_GPL(fake_drop_rings);

/* What can be corrupted of the message that is next */
static const struct {
	const char *name;
	u32 offset;
	u32 size;
} fake_head_fields[] = {
	{ "len", offsetof(struct xen_argo_ring_message_header, len), 4 },
	{ "port", offsetof(struct xen_argo_ring_message_header, source.aport), 4 },
	{ "domid", offsetof(struct xen_argo_ring_message_header, source.domain_id), 2 },
	{ "type", offsetof(struct xen_argo_ring_message_header, message_type), 4 },
};

static int fake_corrupt_ring(struct fake_ring *ring, const char *what, u32 value)
{
	struct xen_argo_ring *head = fake_ring_head(ring);
	unsigned int i;

	if (!strcmp(what, "rx")) {
		WRITE_ONCE(head->rx_ptr, value);
		return 0;
	}
	if (!strcmp(what, "tx")) {
		WRITE_ONCE(head->tx_ptr, value);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(fake_head_fields); i++) {
		if (strcmp(what, fake_head_fields[i].name))
			continue;
		/* A slot is in one piece, and little-endian. */
		fake_ring_copy(ring, fake_ring_rx(ring) + fake_head_fields[i].offset,
			       &value, fake_head_fields[i].size, true);
		return 0;
	}
	return -EINVAL;
}

/* Write @value where it does not belong, in the first ring on that port. */
int fake_corrupt(u16 owner, u32 port, const char *what, u32 value)
{
	struct fake_domain *dom;
	struct fake_ring *ring;
	unsigned long irq;
	int ret = -ENXIO;

	spin_lock_irqsave(&fake.lock, irq);
	dom = fake_find_domain(owner);
	if (!dom)
		goto out;
	list_for_each_entry(ring, &dom->rings, node) {
		if (ring->port == port) {
			ret = fake_corrupt_ring(ring, what, value);
			break;
		}
	}
out:
	spin_unlock_irqrestore(&fake.lock, irq);
	/* A reader looks when it is told that there is news. */
	if (!ret)
		fake_virq_raise();
	return ret;
}
EXPORT_SYMBOL_GPL(fake_corrupt);
