// SPDX-License-Identifier: GPL-2.0-only
/*
 * argo-dev: the device /dev/argo.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "char.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* The group is root's until a udev rule changes it. */
static struct miscdevice argo_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "argo",
	.fops = &argo_dev_fops,
	.mode = 0660,
};

static int __init argo_dev_init(void)
{
	int ret;

	/* This may be built in, and argo-core has found no Argo then. */
	if (argo_domid() < 0)
		return -ENODEV;
	argo_dev_debugfs_init();
	ret = misc_register(&argo_misc);
	if (ret)
		argo_dev_debugfs_exit();
	return ret;
}
module_init(argo_dev_init);

/* Open files and mappings hold a reference to the module, so there are none. */
static void __exit argo_dev_exit(void)
{
	misc_deregister(&argo_misc);
	argo_dev_debugfs_exit();
}
module_exit(argo_dev_exit);

MODULE_DESCRIPTION("Xen Argo messages for programs");
MODULE_LICENSE("GPL");
