// SPDX-License-Identifier: GPL-2.0-only
/*
 * argonet: an Ethernet device between two Xen domains, over Argo.
 */
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "argonet.h"

static int __init argonet_module_init(void)
{
	int ret;

	argonet_wq = alloc_workqueue("argonet", WQ_UNBOUND | WQ_MEM_RECLAIM |
				     WQ_FREEZABLE, 0);
	if (!argonet_wq)
		return -ENOMEM;
	ret = rtnl_link_register(&argonet_link_ops);
	if (ret)
		destroy_workqueue(argonet_wq);
	return ret;
}
module_init(argonet_module_init);

static void __exit argonet_module_exit(void)
{
	rtnl_link_unregister(&argonet_link_ops);
	destroy_workqueue(argonet_wq);
}
module_exit(argonet_module_exit);

MODULE_DESCRIPTION("Ethernet between Xen domains over Argo");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("argonet");
