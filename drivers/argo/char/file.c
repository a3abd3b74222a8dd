// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening and closing the device, and the table of its calls.
 *
 * An endpoint belongs to the open file, not to the process. After fork(), or when the
 * descriptor is passed on, several processes share the endpoint and its ring: each
 * message goes to one of them, and the last close frees the endpoint.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <net/net_namespace.h>

#include "char.h"

/* Protects argo_ends, and the fields of endpoints that the quota uses. */
DEFINE_MUTEX(argo_ends_lock);
LIST_HEAD(argo_ends);

/*
 * Network namespaces do not divide Argo. So it belongs to the initial one, and a process
 * in another one needs a privilege.
 */
static bool argo_dev_allowed(void)
{
	return net_eq(current->nsproxy->net_ns, &init_net) || capable(CAP_NET_ADMIN);
}

static int argo_dev_open(struct inode *inode, struct file *file)
{
	struct argo_end *end;

	if (!argo_dev_allowed())
		return -EPERM;
	end = kzalloc(sizeof(*end), GFP_KERNEL_ACCOUNT);
	if (!end)
		return -ENOMEM;
	end->uid = current_uid();
	end->pid = task_tgid_nr(current);
	get_task_comm(end->comm, current);
	end->port = ARGO_DEV_PORT_ANY;
	init_waitqueue_head(&end->readable);
	init_waitqueue_head(&end->writable);
	mutex_init(&end->read_lock);
	mutex_init(&end->connect_lock);
	mutex_init(&end->write_lock);

	mutex_lock(&argo_ends_lock);
	list_add_tail(&end->node, &argo_ends);
	mutex_unlock(&argo_ends_lock);
	file->private_data = end;
	/* FMODE_NOWAIT: io_uring tries without blocking first, and polls on -EAGAIN. */
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int argo_dev_release(struct inode *inode, struct file *file)
{
	struct argo_end *end = file->private_data;

	argo_end_write_end(end);
	argo_end_disconnect(end);
	/* argo_ends_lock: debugfs and the quota must not find it once its ring is freed. */
	mutex_lock(&argo_ends_lock);
	list_del(&end->node);
	mutex_unlock(&argo_ends_lock);
	argo_end_unbind(end);
	kfree(end);
	return 0;
}

static long argo_dev_bind(struct argo_end *end, void __user *arg)
{
	struct argo_dev_bind bind;
	int ret = argo_args_get(&bind, sizeof(bind), arg);

	if (!ret)
		ret = argo_end_bind(end, &bind);
	return ret ?: argo_args_put(arg, &bind, sizeof(bind));
}

static long argo_dev_connect(struct file *file, void __user *arg)
{
	struct argo_dev_connect connect;
	int ret = argo_args_get(&connect, sizeof(connect), arg);

	return ret ?: argo_end_connect(file->private_data, &connect,
				       file->f_flags & O_NONBLOCK);
}

static long argo_dev_query(void __user *arg)
{
	struct argo_dev_query query;
	int ret = argo_args_get(&query, sizeof(query), arg);

	if (!ret)
		ret = argo_end_query(&query);
	return ret ?: argo_args_put(arg, &query, sizeof(query));
}

static long argo_dev_info(struct argo_end *end, void __user *arg)
{
	struct argo_dev_info info;
	int ret = argo_args_get(&info, sizeof(info), arg);

	if (ret)
		return ret;
	argo_end_info(end, &info);
	return argo_args_put(arg, &info, sizeof(info));
}

static long argo_dev_consume(struct argo_end *end, void __user *arg)
{
	struct argo_dev_consume consume;
	int ret = argo_args_get(&consume, sizeof(consume), arg);

	if (!ret)
		ret = argo_end_consume(end, &consume);
	return ret ?: argo_args_put(arg, &consume, sizeof(consume));
}

static long argo_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct argo_end *end = file->private_data;
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case ARGO_DEV_BIND:
		return argo_dev_bind(end, p);
	case ARGO_DEV_CONNECT:
		return argo_dev_connect(file, p);
	case ARGO_DEV_QUERY:
		return argo_dev_query(p);
	case ARGO_DEV_INFO:
		return argo_dev_info(end, p);
	case ARGO_DEV_CONSUME:
		return argo_dev_consume(end, p);
	default:
		return -ENOTTY;
	}
}

const struct file_operations argo_dev_fops = {
	.owner = THIS_MODULE,
	.open = argo_dev_open,
	.release = argo_dev_release,
	.read_iter = argo_end_read,
	.write_iter = argo_end_write,
	.poll = argo_end_poll,
	.mmap = argo_end_mmap,
	.unlocked_ioctl = argo_dev_ioctl,
	/* The structures have the same layout for 32-bit programs. */
	.compat_ioctl = compat_ptr_ioctl,
};
