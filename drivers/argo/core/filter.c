// SPDX-License-Identifier: GPL-2.0-only
/*
 * One module may register a filter, which decides for each message whether it may
 * be sent or read. Without a filter, a static key skips the calls.
 */
#include <linux/export.h>
#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "core.h"

DEFINE_STATIC_KEY_FALSE(argo_filter_key);
static const struct argo_filter __rcu *argo_filter;
static DEFINE_MUTEX(argo_filter_lock);

int argo_filter_send(const struct xen_argo_send_addr *addr, u32 type,
		     const struct xen_argo_iov *iov, unsigned int niov)
{
	const struct argo_filter *filter;
	int ret = 0;

	rcu_read_lock();
	filter = rcu_dereference(argo_filter);
	if (filter)
		ret = filter->send(addr, type, iov, niov);
	rcu_read_unlock();
	return ret;
}

bool argo_filter_recv(const struct argo_ring *ring, const struct argo_message *msg)
{
	const struct argo_filter *filter;
	bool ret = true;

	rcu_read_lock();
	filter = rcu_dereference(argo_filter);
	if (filter)
		ret = filter->recv(ring->config.partner, ring->config.port, msg);
	rcu_read_unlock();
	return ret;
}

/**
 * argo_filter_register() - register the filter of messages
 * @filter: its functions
 *
 * Context: process, may sleep.
 * Return: 0, or -EBUSY if another filter is registered
 */
int argo_filter_register(const struct argo_filter *filter)
{
	int ret = -EBUSY;

	mutex_lock(&argo_filter_lock);
	if (!rcu_access_pointer(argo_filter)) {
		rcu_assign_pointer(argo_filter, filter);
		static_branch_enable(&argo_filter_key);
		ret = 0;
	}
	mutex_unlock(&argo_filter_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(argo_filter_register);

/**
 * argo_filter_unregister() - remove the filter of messages
 * @filter: the filter that was registered
 *
 * Its functions are not called any more once this returned.
 *
 * Context: process, may sleep.
 */
void argo_filter_unregister(const struct argo_filter *filter)
{
	mutex_lock(&argo_filter_lock);
	if (rcu_access_pointer(argo_filter) == filter) {
		static_branch_disable(&argo_filter_key);
		RCU_INIT_POINTER(argo_filter, NULL);
		synchronize_rcu();
	}
	mutex_unlock(&argo_filter_lock);
}
EXPORT_SYMBOL_GPL(argo_filter_unregister);
