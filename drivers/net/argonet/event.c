// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for the control work, from the data path and from interrupts. To change the
 * link takes process context, so an event only sets a bit and queues the work.
 */
#include "argonet.h"

struct workqueue_struct *argonet_wq;

/**
 * argonet_event() - note an event for the control work
 * @an: device
 * @event: which
 *
 * Context: any.
 */
void argonet_event(struct argonet *an, enum argonet_event event)
{
	unsigned long delay = 0;

	/* If the peer said BYE before it closed its ring, that is read in the meantime. */
	if (event == ARGONET_EV_GONE)
		delay = ARGONET_RETRY_MIN;
	if (test_and_set_bit(event, &an->events) || !READ_ONCE(an->running))
		return;
	mod_delayed_work(argonet_wq, &an->control, delay);
}

/**
 * argonet_event_blocked() - check after ARGONET_STALL whether the queue still stands
 * @an: device, one of whose queues has just stopped
 *
 * Context: any.
 */
void argonet_event_blocked(struct argonet *an)
{
	if (READ_ONCE(an->running))
		queue_delayed_work(argonet_wq, &an->stall, ARGONET_STALL);
}

/*
 * If a queue has been blocked for ARGONET_STALL, the link is stalled. If queues are
 * blocked, but not for so long, look again when the first of them will have been.
 */
static void argonet_stall_work(struct work_struct *work)
{
	struct argonet *an = container_of(to_delayed_work(work),
					  struct argonet, stall);
	unsigned long now = jiffies, delay = 0;
	unsigned int i;

	for (i = 0; i < an->config.queues; i++) {
		const struct argonet_queue *q = &an->queue[i];
		unsigned long end;

		/*
		 * Pairs with smp_store_release() in argonet_tx_block(): blocked_since
		 * is at least as new as blocked.
		 */
		if (!smp_load_acquire(&q->tx.blocked))
			continue;
		end = READ_ONCE(q->tx.blocked_since) + ARGONET_STALL;
		if (time_after_eq(now, end)) {
			argonet_event(an, ARGONET_EV_STALL);
			return;
		}
		delay = min_not_zero(delay, end - now);
	}
	if (delay)
		queue_delayed_work(argonet_wq, &an->stall, delay);
}

void argonet_events_init(struct argonet *an)
{
	INIT_DELAYED_WORK(&an->stall, argonet_stall_work);
}
