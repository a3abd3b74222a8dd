// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of this domain: memory, registration, reading.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/kmemleak.h>
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

/* __GFP_RETRY_MAYFAIL: the OOM killer must not kill a process to make room for a ring. */
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
 * argo_ring_create() - allocate a ring, without registering it
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

	if (READ_ONCE(argo_core.dead))
		return ERR_PTR(-ENODEV);
	if (config->len < XEN_ARGO_MIN_RING_LEN ||
	    config->len > ARGO_RING_LEN_MAX ||
	    !IS_ALIGNED(config->len, XEN_ARGO_MSG_SLOT_SIZE) ||
	    (config->partner >= XEN_ARGO_DOMID_FIRST_RESERVED &&
	     config->partner != ARGO_ANY_DOMAIN))
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
	if (ring->exposed)
		kmemleak_not_leak(ring->memory);
	else
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

	ret = argo_hv_register_ring(&reg, ring->pages,
				    XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
	trace_argo_register(ring, ret);
	ring->exposed |= !ret;
	return ret;
}

/*
 * Unregister @ring. If Xen does not release it, @exposed stays set, so that the pages
 * are not freed.
 */
static void argo_ring_take_from_xen(struct argo_ring *ring)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = ring->config.port,
		.partner_id = ring->config.partner,
	};
	int ret;

	ret = argo_hv_unregister_ring(&unreg);
	trace_argo_unregister(ring, ret);
	if (!ret || ret == -ENOENT)
		ring->exposed = false;
	if (ring->exposed)
		pr_warn_once("Xen did not release the ring on port %#x for domain %u (%d), its memory is lost\n",
			     ring->config.port, ring->config.partner, ret);
}

/* Take @ring from the list. No callback of it runs once this returned. */
static void argo_ring_unlink(struct argo_ring *ring)
{
	argo_lock();
	list_del_init(&ring->node);
	ring->told = false;
	argo_ring_idle(ring);
	argo_unlock();
}

static bool argo_ring_address_taken(const struct argo_ring *ring)
{
	const struct argo_ring *other;

	list_for_each_entry(other, &argo_core.rings, node)
		if (other->config.port == ring->config.port &&
		    other->config.partner == ring->config.partner)
			return true;
	return false;
}

static int argo_ring_refused(const struct argo_ring *ring)
{
	if (argo_core.dead)
		return -ESHUTDOWN;
	/* A restore changes the frame numbers by which Xen would get the pages. */
	if (argo_core.frozen)
		return -EAGAIN;
	if (argo_ring_address_taken(ring))
		return -EADDRINUSE;
	return argo_quota_reached(ring) ? -ENOSPC : 0;
}

/*
 * Unlink @ring, and unregister it if Xen may have it. Xen knows a ring by port and
 * partner only. If @ring was unlinked before and Xen did not release it, another ring
 * may have the same port and partner by now. Its registration has unregistered @ring
 * already, and a hypercall here would unregister that other ring.
 */
static void argo_ring_close(struct argo_ring *ring)
{
	argo_ring_unlink(ring);
	if (argo_ring_address_taken(ring))
		ring->exposed = false;
	else if (ring->exposed)
		argo_ring_take_from_xen(ring);
}

/**
 * argo_ring_register() - open a ring for messages
 * @ring: ring; nobody may be reading it
 *
 * The ring starts empty. If Xen has a ring with this port and partner, that one is
 * unregistered first, because registering over it leaks hypervisor state. It may be
 * this ring itself, or a ring that an earlier kernel left behind before a kexec. After
 * argo_ring_ops.lost, the client calls this function to use the ring again.
 * argo_ring_ops.data may be called before this returns. After an error the ring is
 * closed, unread messages may be gone, and the client may try again.
 *
 * Context: process, may sleep.
 * Return: 0, or
 *
 * * -EADDRINUSE: another client has this port for this partner
 * * -EEXIST: an earlier kernel registered a ring with this port and partner, and Xen
 *   does not release it
 * * -ESRCH: there is no such domain
 * * -ECONNREFUSED: the domain is dying, or may not use Argo
 * * -ENOSPC: the domain has 128 rings already, or the client has reached the limit
 *   rings_per_client
 * * -EPERM, -EACCES: Xen's security policy forbids it
 * * -EAGAIN: the domain is being suspended or migrated; try again later
 * * -EBUSY: Xen did not release the ring's memory earlier
 * * -ESHUTDOWN: the kernel is going down
 * * -ENODEV: Argo is off for this domain
 * * -ENOMEM, -EINVAL, -EFAULT
 */
int argo_ring_register(struct argo_ring *ring)
{
	unsigned int noio;
	int ret;

	mutex_lock(&argo_core.register_lock);
	/*
	 * Allocations below must not start I/O: the device that they would wait for
	 * may be reached over Argo, through the ring that is being registered.
	 */
	noio = memalloc_noio_save();
	argo_ring_unlink(ring);
	ret = argo_ring_refused(ring);
	if (ret) {
		argo_ring_close(ring);
		goto out;
	}
	argo_ring_take_from_xen(ring);
	if (ring->exposed) {
		ret = -EBUSY;
		goto out;
	}

	argo_cursor_reset(&ring->cursor);
	ring->shown = false;
	ring->broken = false;
	ring->lost = false;
	ring->suspect = false;
	argo_ring_new(ring);
	/* debugfs and a client's timer may call argo_ring_readable() meanwhile. */
	WRITE_ONCE(ring->epoch, argo_core.epoch);
	ret = argo_ring_tell_xen(ring);
	if (ret)
		goto out;

	argo_lock();
	list_add_tail(&ring->node, &argo_core.rings);
	/* A VIRQ that came before the ring was in the list did not find it. */
	argo_ring_check(ring);
	argo_unlock();
	argo_tick_start();
out:
	if (ret == -ENOSPC)
		argo_quota_complain(ring);
	memalloc_noio_restore(noio);
	mutex_unlock(&argo_core.register_lock);
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
	mutex_lock(&argo_core.register_lock);
	argo_ring_close(ring);
	mutex_unlock(&argo_core.register_lock);
}
EXPORT_SYMBOL_GPL(argo_ring_unregister);

void argo_ring_lost(struct argo_ring *ring)
{
	lockdep_assert_held(&argo_core.lock);

	WRITE_ONCE(ring->lost, true);
	ring->ops->lost(ring->priv);
}

/* After a kexec this memory belongs to another kernel: Xen must not write to it. */
void argo_rings_shutdown(void)
{
	struct argo_ring *ring, *next;

	mutex_lock(&argo_core.register_lock);
	WRITE_ONCE(argo_core.dead, true);
	list_for_each_entry_safe(ring, next, &argo_core.rings, node)
		argo_ring_close(ring);
	mutex_unlock(&argo_core.register_lock);
}

/* Messages that one call of argo_ring_next() may skip */
#define ARGO_SKIP_MAX	64

/*
 * May the client read @msg? It may see a message several times before it consumes it.
 * A filter that is registered meanwhile is not asked about that message, because the
 * client may have read half of it.
 */
static bool argo_ring_allowed(struct argo_ring *ring,
			      const struct argo_message *msg)
{
	if (!ring->shown && static_branch_unlikely(&argo_filter_key) &&
	    !argo_filter_recv(ring, msg)) {
		ring->stats.filtered++;
		return false;
	}
	ring->shown = true;
	return true;
}

static void argo_ring_break(struct argo_ring *ring)
{
	unsigned long flags;

	spin_lock_irqsave(&argo_core.lock, flags);
	if (!ring->broken) {
		WRITE_ONCE(ring->broken, true);
		if (!list_empty(&ring->node))
			argo_ring_lost(ring);
	}
	spin_unlock_irqrestore(&argo_core.lock, flags);
}

/**
 * argo_ring_next() - look at the next message
 * @ring: ring
 * @msg: filled in if there is one; its payload stays in the ring
 *
 * A message that a filter refuses is skipped and counted. If a header is invalid, all
 * unread bytes are skipped, and that is counted, too. If this function skipped
 * anything, it calls argo_ring_publish(), which also gives the space of all consumed
 * messages back. After skipping 64 times this returns 0 even
 * if more is unread, so that no peer can keep the reader here. In that case
 * argo_ring_done() makes argo-core call argo_ring_ops.data again.
 *
 * Context: any but callbacks; one reader at a time.
 * Return: 1 if there is a message, 0 if not or while the domain is suspended,
 * -EIO if the ring cannot be read any more; argo_ring_ops.lost was called then.
 */
int argo_ring_next(struct argo_ring *ring, struct argo_message *msg)
{
	unsigned int skipped = 0;
	int ret;

	/*
	 * Pairs with smp_store_release() in argo_restore(), which changes the epoch
	 * before it clears frozen: argo_ring_readable() sees the new epoch.
	 */
	if (unlikely(smp_load_acquire(&argo_core.frozen)))
		return 0;
	if (unlikely(!argo_ring_readable(ring)))
		return -EIO;
	do {
		ret = argo_cursor_next(&ring->cursor, msg);
		if (ret == -EBADMSG) {
			ring->stats.bad_headers++;
			ring->shown = false;
		} else if (ret > 0 && !argo_ring_allowed(ring, msg)) {
			argo_cursor_consume(&ring->cursor, msg);
		} else {
			break;
		}
		ret = 0;
	} while (++skipped < ARGO_SKIP_MAX);
	if (skipped)
		argo_ring_publish(ring);
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
 * Its payload stays valid until argo_ring_publish() or the next argo_ring_next().
 *
 * Context: any; one reader at a time.
 */
void argo_ring_consume(struct argo_ring *ring, const struct argo_message *msg)
{
	argo_cursor_consume(&ring->cursor, msg);
	ring->shown = false;
	ring->stats.messages++;
	ring->stats.bytes += msg->len;
}
EXPORT_SYMBOL_GPL(argo_ring_consume);

/**
 * argo_ring_give() - give the space of consumed messages back without a signal
 * @ring: ring
 *
 * For a client that is likely to send a message to its partner now. Each message
 * raises a VIRQ there, at which a waiting sender tries again, so that the signal is
 * not needed.
 *
 * Context: any but callbacks; one reader at a time.
 * Return: true if a sender may be waiting. The client must then send a message to its
 * partner after this call, or call argo_ring_notify().
 */
bool argo_ring_give(struct argo_ring *ring)
{
	bool given = ring->cursor.rx != ring->cursor.published;

	if (argo_cursor_publish(&ring->cursor))
		return true;
	if (given)
		ring->stats.notify_elided++;
	return false;
}
EXPORT_SYMBOL_GPL(argo_ring_give);

/**
 * argo_ring_notify() - signal senders that there is room
 * @ring: ring
 *
 * Context: any but callbacks. The client does not call this on two CPUs at once; the
 * reader may call argo_ring_publish() at the same time.
 */
void argo_ring_notify(struct argo_ring *ring)
{
	int ret;

	/* argo_ring_publish() may count at the same time; one count may get lost. */
	WRITE_ONCE(ring->stats.notify, READ_ONCE(ring->stats.notify) + 1);
	ret = argo_hv_notify(NULL);
	trace_argo_notify(0, ret);
}
EXPORT_SYMBOL_GPL(argo_ring_notify);

/**
 * argo_ring_publish() - give the space of consumed messages back
 * @ring: ring
 *
 * Call it once per batch of messages: if a sender may be waiting for the space, it
 * costs a hypercall, which signals the sender.
 *
 * Context: any but callbacks; one reader at a time.
 */
void argo_ring_publish(struct argo_ring *ring)
{
	if (argo_ring_give(ring))
		argo_ring_notify(ring);
}
EXPORT_SYMBOL_GPL(argo_ring_publish);

/**
 * argo_ring_pending() - is there anything to read?
 * @ring: ring
 *
 * Context: any, but not while the ring is being registered.
 * Return: true if there is, also if the ring is not registered any more.
 */
bool argo_ring_pending(const struct argo_ring *ring)
{
	return argo_cursor_pending(&ring->cursor);
}
EXPORT_SYMBOL_GPL(argo_ring_pending);

/**
 * argo_ring_get_stats() - read the counters of a ring
 * @ring: ring
 * @stats: filled in; while the ring is read, the counters may not match each other
 *
 * Context: any.
 */
void argo_ring_get_stats(const struct argo_ring *ring,
			 struct argo_ring_stats *stats)
{
	/* Counters only: an old value does no harm. */
	*stats = data_race(ring->stats);
}
EXPORT_SYMBOL_GPL(argo_ring_get_stats);
