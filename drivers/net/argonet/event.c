// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for the control work. Interrupts and the data path set a bit and queue the
 * work, because only process context may change the link.
 */
#include "argonet.h"

struct workqueue_struct *argonet_wq;

/**
 * argonet_event() - note an event and queue the control work
 * @an: device
 * @event: event
 *
 * Context: any.
 */
void argonet_event(struct argonet *an, enum argonet_event event)
{
	unsigned long delay = 0;

	/* Wait for a BYE that is still unread: it may explain why the ring is missing. */
	if (event == ARGONET_EV_GONE)
		delay = ARGONET_RETRY_MIN;
	/* The bit is set before @running is read. Pairs with xchg() in the control work. */
	if (test_and_set_bit(event, &an->events) || !READ_ONCE(an->running))
		return;
	mod_delayed_work(argonet_wq, &an->control, delay);
}

/**
 * argonet_event_blocked() - watch for a stall
 * @an: device; one of its transmit queues has just stopped
 *
 * Context: any.
 */
void argonet_event_blocked(struct argonet *an)
{
	if (READ_ONCE(an->running))
		queue_delayed_work(argonet_wq, &an->stall, ARGONET_STALL);
}

/* If a queue has been stopped for ARGONET_STALL, note it; else look again when it may be. */
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
		 * Pairs with smp_store_release() in argonet_tx_block(): if @blocked is seen,
		 * so is @blocked_since.
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
