// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and restore. When the domain wakes up in another place, what Xen
 * wrote to its rings last may be missing, and its pages have other numbers:
 * nothing is read or registered until it is clear where it is.
 */
#include <linux/device.h>
#include <linux/pm.h>

#include "core.h"

static int argo_freeze(struct device *dev)
{
	/* A registration that is under way comes to its end first. */
	mutex_lock(&argo_core.register_lock);
	argo_lock();
	WRITE_ONCE(argo_core.frozen, true);
	argo_unlock();
	mutex_unlock(&argo_core.register_lock);
	return 0;
}

/* The suspend was cancelled, or this is the original of a copy. */
static int argo_thaw(struct device *dev)
{
	argo_lock();
	WRITE_ONCE(argo_core.frozen, false);
	argo_scan();
	argo_unlock();
	return 0;
}

/* Possibly on another host and as another domain: Xen knows none of its rings. */
static int argo_restore(struct device *dev)
{
	struct argo_ring *ring;

	mutex_lock(&argo_core.register_lock);
	WRITE_ONCE(argo_core.domid, argo_hv_domid());
	argo_lock();
	WRITE_ONCE(argo_core.epoch, argo_core.epoch + 1);
	list_for_each_entry(ring, &argo_core.rings, node)
		argo_ring_lost(ring);
	/* Who sees this sees that they are not to be read. */
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
