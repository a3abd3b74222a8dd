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

struct argo_core argo_core = {
	/* Built-in clients run even if argo_init() fails, and find these values then. */
	.dead = true,
	.domid = -ENODEV,
	.register_lock = __MUTEX_INITIALIZER(argo_core.register_lock),
	.lock = __SPIN_LOCK_UNLOCKED(argo_core.lock),
	.rings = LIST_HEAD_INIT(argo_core.rings),
	.dests = LIST_HEAD_INIT(argo_core.dests),
	.waiters = LIST_HEAD_INIT(argo_core.waiters),
	.waits = __DELAYED_WORK_INITIALIZER(argo_core.waits, argo_waits_work, 0),
	.tick = __DELAYED_WORK_INITIALIZER(argo_core.tick, argo_tick_work, 0),
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

static struct platform_device *argo_pdev;

struct device *argo_device(void)
{
	return READ_ONCE(argo_core.dead) ? NULL : &argo_pdev->dev;
}
EXPORT_SYMBOL_GPL(argo_device);

int argo_domid(void)
{
	return READ_ONCE(argo_core.domid);
}
EXPORT_SYMBOL_GPL(argo_domid);

unsigned int argo_restores(void)
{
	return READ_ONCE(argo_core.epoch);
}
EXPORT_SYMBOL_GPL(argo_restores);

static int __init argo_init(void)
{
	struct workqueue_struct *wq;
	int ret;

	ret = argo_hv_probe();
	if (ret)
		return ret;

	ret = argo_queries_init();
	if (ret)
		return ret;
	ret = argo_probe_init();
	if (ret)
		goto err_queries;
	ret = -ENOMEM;
	wq = alloc_ordered_workqueue("argo", WQ_HIGHPRI | WQ_MEM_RECLAIM |
				     WQ_FREEZABLE);
	if (!wq)
		goto err_probe;
	argo_core.readers = alloc_workqueue("argo-readers", WQ_HIGHPRI | WQ_MEM_RECLAIM |
					    WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!argo_core.readers)
		goto err_wq;

	/* There is no hardware: the device exists for suspend and shutdown. */
	ret = platform_driver_register(&argo_driver);
	if (ret)
		goto err_readers;
	argo_pdev = platform_device_register_simple("argo", PLATFORM_DEVID_NONE,
						    NULL, 0);
	ret = PTR_ERR_OR_ZERO(argo_pdev);
	if (ret)
		goto err_driver;

	ret = argo_hv_bind(argo_virq);
	if (ret) {
		pr_err("cannot bind Xen's VIRQ %u (%d), is another Argo driver loaded?\n",
		       VIRQ_ARGO, ret);
		goto err_device;
	}
	argo_debugfs_init();
	/*
	 * Clients are initialised after this module, so they see all of it. WRITE_ONCE()
	 * is for argo_rings_shutdown() and argo_restore(), which change dead and domid
	 * while clients read them without a lock.
	 */
	WRITE_ONCE(argo_core.domid, argo_hv_domid());
	WRITE_ONCE(argo_core.wq, wq);
	WRITE_ONCE(argo_core.dead, false);
	return 0;

err_device:
	platform_device_unregister(argo_pdev);
err_driver:
	platform_driver_unregister(&argo_driver);
err_readers:
	destroy_workqueue(argo_core.readers);
err_wq:
	destroy_workqueue(wq);
err_probe:
	argo_probe_exit();
err_queries:
	argo_queries_exit();
	return ret;
}
module_init(argo_init);

/*
 * Clients are modules that hold a reference to this one, so no ring and no
 * destination is left.
 */
static void __exit argo_exit(void)
{
	argo_debugfs_exit();
	cancel_delayed_work_sync(&argo_core.waits);
	cancel_delayed_work_sync(&argo_core.tick);
	argo_hv_unbind();
	platform_device_unregister(argo_pdev);
	platform_driver_unregister(&argo_driver);
	destroy_workqueue(argo_core.readers);
	destroy_workqueue(argo_core.wq);
	argo_probe_exit();
	argo_queries_exit();
}
module_exit(argo_exit);

MODULE_DESCRIPTION("Xen Argo inter-domain messages");
MODULE_LICENSE("GPL");
