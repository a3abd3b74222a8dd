// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and restore. After a restore the rings may lack what Xen wrote to them
 * last, and the pages have other frame numbers. So nothing is read or registered
 * from the suspend until it is known whether the domain was restored.
 */
#include <linux/device.h>
#include <linux/pm.h>

#include "core.h"

static int argo_freeze(struct device *dev)
{
	/*
	 * register_lock: a registration in progress ends first. argo_ring_next() and
	 * argo_ring_check() read frozen.
	 */
	mutex_lock(&argo_core.register_lock);
	argo_lock();
	WRITE_ONCE(argo_core.frozen, true);
	argo_unlock();
	mutex_unlock(&argo_core.register_lock);
	return 0;
}

/* The suspend was cancelled, or the domain goes on after an image of it was taken. */
static int argo_thaw(struct device *dev)
{
	argo_lock();
	WRITE_ONCE(argo_core.frozen, false);
	argo_scan();
	argo_unlock();
	return 0;
}

/*
 * The domain was restored from an image, possibly on another host and with another
 * domid. This Xen has none of its rings.
 */
static int argo_restore(struct device *dev)
{
	struct argo_ring *ring;

	mutex_lock(&argo_core.register_lock);
	WRITE_ONCE(argo_core.domid, argo_hv_domid());
	argo_lock();
	WRITE_ONCE(argo_core.epoch, argo_core.epoch + 1);
	list_for_each_entry(ring, &argo_core.rings, node)
		argo_ring_lost(ring);
	/*
	 * Pairs with smp_load_acquire() in argo_ring_next(): a reader that finds
	 * frozen false finds the new epoch, too, and does not read its old ring.
	 */
	smp_store_release(&argo_core.frozen, false);
	argo_unlock();
	mutex_unlock(&argo_core.register_lock);
	mod_delayed_work(argo_core.wq, &argo_core.tick, 0);
	return 0;
}

const struct dev_pm_ops argo_pm_ops = {
	.freeze = argo_freeze,
	.thaw = argo_thaw,
	.restore = argo_restore,
};
