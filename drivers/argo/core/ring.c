// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of this domain: memory, registration, reading.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core.h"
#include "trace.h"

static u32 argo_ring_bytes(const struct argo_ring *ring)
{
	return ring->config.len + sizeof(struct xen_argo_ring);
}

/* Failing is better than having a process killed for it. */
static int argo_ring_alloc(struct argo_ring *ring)
{
	unsigned int i, n = DIV_ROUND_UP(argo_ring_bytes(ring), PAGE_SIZE);

	ring->pages = kvmalloc_array(n, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages)
		return -ENOMEM;
	ring->memory = __vmalloc(n * PAGE_SIZE, GFP_KERNEL_ACCOUNT | __GFP_ZERO |
				 __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!ring->memory) {
		kvfree(ring->pages);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		ring->pages[i] = vmalloc_to_page(ring->memory + i * PAGE_SIZE);
	return 0;
}

/**
 * argo_ring_create() - make a ring, not yet known to Xen
 * @config: how it shall be; copied
 * @ops: callbacks
 * @priv: their argument
 *
 * Context: process, may sleep.
 * Return: the ring, to be given back with argo_ring_destroy(), or an error
 * pointer: -EINVAL if Xen would refuse the length or the partner names no
 * domain, -ENOMEM, -ENODEV if there is no Argo or the kernel is going down.
 */
struct argo_ring *argo_ring_create(const struct argo_ring_config *config,
				   const struct argo_ring_ops *ops, void *priv)
{
	struct argo_ring *ring;
	int ret;

	if (READ_ONCE(argo.dead))
		return ERR_PTR(-ENODEV);
	if (config->len < XEN_ARGO_MIN_RING_LEN ||
	    config->len > ARGO_RING_LEN_MAX ||
	    !IS_ALIGNED(config->len, XEN_ARGO_SLOT_SIZE) ||
	    config->partner >= XEN_ARGO_DOMID_FIRST_RESERVED)
		return ERR_PTR(-EINVAL);

	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&ring->node);
	ring->config = *config;
	ring->ops = ops;
	ring->priv = priv;

	ret = argo_ring_alloc(ring);
	if (ret) {
		kfree(ring);
		return ERR_PTR(ret);
	}
	argo_cursor_init(&ring->cursor, ring->memory, config->len,
			 min_not_zero(config->max_message,
				      argo_ring_max_payload(config->len)));
	return ring;
}
EXPORT_SYMBOL_GPL(argo_ring_create);

/**
 * argo_ring_destroy() - unregister a ring and free it
 * @ring: ring; nobody reads it any more
 *
 * Context: process, may sleep.
 */
void argo_ring_destroy(struct argo_ring *ring)
{
	argo_ring_unregister(ring);
	/* Xen may still write to memory that it did not release. */
	if (!ring->exposed)
		vfree(ring->memory);
	kvfree(ring->pages);
	kfree(ring);
}
EXPORT_SYMBOL_GPL(argo_ring_destroy);

static int argo_ring_tell_xen(struct argo_ring *ring)
{
	struct xen_argo_register_ring reg = {
		.aport = ring->config.port,
		.partner_id = ring->config.partner,
		.len = ring->config.len,
	};
	int ret;

	ret = argo.hv->register_ring(&reg, ring->pages,
				     XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
	trace_argo_register(ring, ret);
	ring->exposed |= !ret;
	return ret;
}

/* Afterwards the pages are ours again, or still exposed. */
static void argo_ring_take_from_xen(struct argo_ring *ring)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = ring->config.port,
		.partner_id = ring->config.partner,
	};
	int ret;

	ret = argo.hv->unregister_ring(&unreg);
	trace_argo_unregister(ring, ret);
	if (!ret || ret == -ENOENT)
		ring->exposed = false;
	if (ring->exposed)
		pr_warn_once("Xen did not release the ring on port %#x for domain %u (%d), its memory is lost\n",
			     ring->config.port, ring->config.partner, ret);
}

/* No callback runs once this returned. */
static void argo_ring_unlink(struct argo_ring *ring)
{
	argo_lock();
	list_del_init(&ring->node);
	if (ring->busy) {
		ring->busy = false;
		argo_busy_put();
	}
	argo_unlock();
}

static bool argo_ring_name_taken(const struct argo_ring *ring)
{
	const struct argo_ring *other;

	list_for_each_entry(other, &argo.rings, node)
		if (other->config.port == ring->config.port &&
		    other->config.partner == ring->config.partner)
			return true;
	return false;
}

/**
 * argo_ring_register() - open a ring for messages
 * @ring: ring; nobody may be reading it
 *
 * The ring starts empty. A ring that is or was registered is taken from Xen
 * first: registering over a live one leaks hypervisor state, so this is also
 * the way back after argo_ring_ops.lost. argo_ring_ops.data may be called before
 * this returns. After an error the ring is closed, what was unread in it may be
 * gone, and this may be tried again.
 *
 * Context: process, may sleep.
 * Return: 0, or
 *
 * * -EADDRINUSE: another client has this port for this partner
 * * -EEXIST: and another user of Argo in this domain, beside argo-core, has it
 * * -ESRCH: there is no such domain
 * * -ECONNREFUSED: the domain is dying, or may not use Argo
 * * -ENOSPC: the domain has 128 rings already
 * * -EPERM, -EACCES: Xen's security policy forbids it
 * * -EAGAIN: live migration is under way, try later
 * * -EBUSY: Xen did not release the ring's memory earlier
 * * -ESHUTDOWN: the kernel is going down
 * * -ENOMEM, -EINVAL, -EFAULT
 */
int argo_ring_register(struct argo_ring *ring)
{
	unsigned int noio;
	int ret;

	mutex_lock(&argo.register_lock);
	/* Memory may be waiting to be written to somewhere over Argo. */
	noio = memalloc_noio_save();
	argo_ring_unlink(ring);
	if (argo.dead) {
		ret = -ESHUTDOWN;
		goto out;
	}
	if (argo_ring_name_taken(ring)) {
		ret = -EADDRINUSE;
		goto out;
	}
	argo_ring_take_from_xen(ring);
	if (ring->exposed) {
		ret = -EBUSY;
		goto out;
	}

	argo_cursor_reset(&ring->cursor);
	ring->broken = false;
	ring->lost = false;
	ring->suspect = false;
	ret = argo_ring_tell_xen(ring);
	if (ret)
		goto out;

	argo_lock();
	list_add_tail(&ring->node, &argo.rings);
	/* The peer may have been faster than us. */
	argo_ring_check(ring);
	argo_unlock();
	queue_delayed_work(argo.wq, &argo.tick, HZ);
out:
	memalloc_noio_restore(noio);
	mutex_unlock(&argo.register_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_ring_register);

/**
 * argo_ring_unregister() - close a ring
 * @ring: ring, registered or not
 *
 * Unread messages stay readable until the ring is registered again or
 * destroyed. No callback runs once this returned.
 *
 * Context: process, may sleep.
 */
void argo_ring_unregister(struct argo_ring *ring)
{
	mutex_lock(&argo.register_lock);
	if (!list_empty(&ring->node)) {
		argo_ring_unlink(ring);
		argo_ring_take_from_xen(ring);
	}
	mutex_unlock(&argo.register_lock);
}
EXPORT_SYMBOL_GPL(argo_ring_unregister);

static void argo_ring_lost(struct argo_ring *ring)
{
	lockdep_assert_held(&argo.lock);

	WRITE_ONCE(ring->lost, true);
	ring->ops->lost(ring->priv);
}

/* Xen drops rings silently, but refuses to register one that it has. */
void argo_rings_probe_suspects(void)
{
	struct argo_ring *ring;
	unsigned int noio;

	/* A registration may be waiting for memory, senders do not wait for it. */
	if (!mutex_trylock(&argo.register_lock))
		return;
	noio = memalloc_noio_save();
	list_for_each_entry(ring, &argo.rings, node) {
		int ret;

		if (!ring->suspect || READ_ONCE(ring->lost))
			continue;
		ret = argo_ring_tell_xen(ring);
		/*
		 * Without memory nothing was found out, nor with as many rings
		 * as there may be: Xen counts before it looks.
		 */
		ring->suspect = ret == -ENOMEM || ret == -ENOSPC;
		if (ret == -EEXIST || ring->suspect)
			continue;
		argo_lock();
		argo_ring_lost(ring);
		argo_unlock();
	}
	memalloc_noio_restore(noio);
	mutex_unlock(&argo.register_lock);
}

/*
 * The domain is about to be suspended. When it wakes up in another place, what
 * Xen wrote to its rings last may be missing: nothing is read until it is clear
 * where it is.
 */
void argo_rings_freeze(void)
{
	argo_lock();
	WRITE_ONCE(argo.frozen, true);
	argo_unlock();
}

/* It is where it was. */
void argo_rings_thaw(void)
{
	argo_lock();
	WRITE_ONCE(argo.frozen, false);
	argo_scan();
	argo_unlock();
}

/* It was restored from an image: Xen knows none of its rings. */
void argo_rings_lost(void)
{
	struct argo_ring *ring;

	mutex_lock(&argo.register_lock);
	argo_lock();
	list_for_each_entry(ring, &argo.rings, node) {
		WRITE_ONCE(ring->broken, true);
		argo_ring_lost(ring);
	}
	/* Who sees this sees that they are broken. */
	smp_store_release(&argo.frozen, false);
	argo_unlock();
	mutex_unlock(&argo.register_lock);
}

/* Another kernel may follow by kexec: Xen must not write into its memory. */
void argo_rings_shutdown(void)
{
	struct argo_ring *ring, *next;

	mutex_lock(&argo.register_lock);
	WRITE_ONCE(argo.dead, true);
	list_for_each_entry_safe(ring, next, &argo.rings, node) {
		argo_ring_unlink(ring);
		argo_ring_take_from_xen(ring);
	}
	mutex_unlock(&argo.register_lock);
}

static void argo_ring_break(struct argo_ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&argo.lock, flags);
	if (!ring->broken) {
		WRITE_ONCE(ring->broken, true);
		if (!list_empty(&ring->node))
			argo_ring_lost(ring);
	}
	spin_unlock_irqrestore(&argo.lock, flags);
}

/**
 * argo_ring_next() - look at the next message
 * @ring: ring
 * @msg: filled in if there is one; its payload stays in the ring
 *
 * Messages with a senseless header are skipped and counted, for which senders
 * may have to be signalled.
 *
 * Context: any but callbacks; one reader at a time.
 * Return: 1 if there is a message, 0 if not or while the domain is suspended,
 * -EIO if the ring cannot be read any more; argo_ring_ops.lost was called then.
 */
int argo_ring_next(struct argo_ring *ring, struct argo_message *msg)
{
	int ret;

	/* Pairs with argo_rings_lost(). */
	if (unlikely(smp_load_acquire(&argo.frozen)))
		return 0;
	if (unlikely(READ_ONCE(ring->broken)))
		return -EIO;
	for (;;) {
		ret = argo_cursor_next(&ring->cursor, msg);
		if (ret != -EBADMSG)
			break;
		/* Everything unread was skipped: this ends after one round. */
		ring->stats.bad_headers++;
		argo_ring_publish(ring);
	}
	if (ret == -EIO)
		argo_ring_break(ring);
	else if (ret)
		trace_argo_recv(ring, msg);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_ring_next);

/**
 * argo_ring_consume() - step over the message argo_ring_next() returned
 * @ring: ring
 * @msg: that message
 *
 * Its payload stays valid until argo_ring_publish().
 *
 * Context: any; one reader at a time.
 */
void argo_ring_consume(struct argo_ring *ring, const struct argo_message *msg)
{
	argo_cursor_consume(&ring->cursor, msg);
	ring->stats.messages++;
	ring->stats.bytes += msg->len;
}
EXPORT_SYMBOL_GPL(argo_ring_consume);

/**
 * argo_ring_publish() - give the space of consumed messages back
 * @ring: ring
 *
 * Once per batch is right. Signals waiting senders if there can be any.
 *
 * Context: any but callbacks; one reader at a time.
 */
void argo_ring_publish(struct argo_ring *ring)
{
	bool given = ring->cursor.rx != ring->cursor.published;
	int ret;

	if (argo_cursor_publish(&ring->cursor)) {
		ring->stats.notify++;
		ret = argo.hv->notify(NULL);
		trace_argo_notify(0, ret);
	} else if (given) {
		ring->stats.notify_elided++;
	}
}
EXPORT_SYMBOL_GPL(argo_ring_publish);

/**
 * argo_ring_pending() - is there anything to read?
 * @ring: ring
 *
 * Context: any.
 * Return: true if there is, on an unregistered ring, too.
 */
bool argo_ring_pending(const struct argo_ring *ring)
{
	return argo_cursor_pending(&ring->cursor);
}
EXPORT_SYMBOL_GPL(argo_ring_pending);

/**
 * argo_ring_get_stats() - read the counters of a ring
 * @ring: ring
 * @stats: filled in; while the ring is read, counters may be of different moments
 *
 * Context: any.
 */
void argo_ring_get_stats(const struct argo_ring *ring,
			 struct argo_ring_stats *stats)
{
	*stats = ring->stats;
}
EXPORT_SYMBOL_GPL(argo_ring_get_stats);
