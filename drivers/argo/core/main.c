// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-core: Xen's Argo for kernel clients.
 */
#define pr_fmt(fmt) "argo: " fmt

#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>

#include "core.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

struct argo_core argo = {
	.hv = &argo_hv,
	.register_lock = __MUTEX_INITIALIZER(argo.register_lock),
	.lock = __SPIN_LOCK_UNLOCKED(argo.lock),
	.rings = LIST_HEAD_INIT(argo.rings),
	.dests = LIST_HEAD_INIT(argo.dests),
	/* Clients that are built in begin their life whatever becomes of us. */
	.dead = true,
	.query = __WORK_INITIALIZER(argo.query, argo_query_work),
	.retry = __DELAYED_WORK_INITIALIZER(argo.retry, argo_retry_work, 0),
	.tick = __DELAYED_WORK_INITIALIZER(argo.tick, argo_tick_work, 0),
};

static int argo_freeze(struct device *dev)
{
	argo_rings_freeze();
	return 0;
}

/* The suspend was cancelled, or this is the original of a copy. */
static int argo_thaw(struct device *dev)
{
	argo_rings_thaw();
	return 0;
}

/* Possibly on another host and as another domain */
static int argo_restore(struct device *dev)
{
	argo_rings_lost();
	mod_delayed_work(argo.wq, &argo.tick, 0);
	return 0;
}

static const struct dev_pm_ops argo_pm_ops = {
	.freeze = argo_freeze,
	.thaw = argo_thaw,
	.restore = argo_restore,
};

static void argo_shutdown(struct platform_device *pdev)
{
	argo_rings_shutdown();
}

static struct platform_driver argo_driver = {
	.shutdown = argo_shutdown,
	.driver = {
		.name = "argo",
		.pm = &argo_pm_ops,
		.suppress_bind_attrs = true,
	},
};

static struct platform_device *argo_device;

static int __init argo_init(void)
{
	int ret;

	ret = argo.hv->probe();
	if (ret)
		return ret;

	ret = argo_dests_init();
	if (ret)
		return ret;
	ret = -ENOMEM;
	argo.wq = alloc_ordered_workqueue("argo", WQ_HIGHPRI | WQ_MEM_RECLAIM |
					  WQ_FREEZABLE);
	if (!argo.wq)
		goto err_dests;

	/* Takes part in suspend and shutdown; there is no hardware. */
	ret = platform_driver_register(&argo_driver);
	if (ret)
		goto err_wq;
	argo_device = platform_device_register_simple("argo", PLATFORM_DEVID_NONE,
						      NULL, 0);
	ret = PTR_ERR_OR_ZERO(argo_device);
	if (ret)
		goto err_driver;

	ret = argo.hv->bind(argo_virq);
	if (ret) {
		pr_err("cannot bind Xen's VIRQ %u (%d), is another Argo driver loaded?\n",
		       XEN_VIRQ_ARGO, ret);
		goto err_device;
	}
	argo_debugfs_init();
	WRITE_ONCE(argo.dead, false);
	return 0;

err_device:
	platform_device_unregister(argo_device);
err_driver:
	platform_driver_unregister(&argo_driver);
err_wq:
	destroy_workqueue(argo.wq);
err_dests:
	argo_dests_exit();
	return ret;
}
module_init(argo_init);

/* Clients hold a reference, so no ring and no destination is left. */
static void __exit argo_exit(void)
{
	argo_debugfs_exit();
	cancel_delayed_work_sync(&argo.retry);
	cancel_delayed_work_sync(&argo.tick);
	cancel_work_sync(&argo.query);
	argo.hv->unbind();
	platform_device_unregister(argo_device);
	platform_driver_unregister(&argo_driver);
	destroy_workqueue(argo.wq);
	argo_dests_exit();
}
module_exit(argo_exit);

MODULE_DESCRIPTION("Xen Argo inter-domain messages");
MODULE_LICENSE("GPL");
