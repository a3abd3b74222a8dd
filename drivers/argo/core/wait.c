// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for space in rings of other domains.
 *
 * Xen keeps one waiter per ring and sending domain, and may drop it silently. So
 * argo-core keeps all waits of this domain. It checks them with one hypercall when
 * the VIRQ comes, and by a timer in case the VIRQ does not come.
 */
#include <linux/export.h>
#include <linux/jiffies.h>

#include "core.h"

#define ARGO_BACKOFF_MIN	msecs_to_jiffies(10)
#define ARGO_BACKOFF_MAX	HZ

/*
 * After this many checks in one jiffy that found no room, the VIRQs are probably about
 * messages, and the next check waits for the next jiffy.
 */
#define ARGO_FRUITLESS_MAX	16

/* Check the waits after @delay jiffies, or earlier if that is planned already. */
static void argo_waits_in(unsigned long delay)
{
	unsigned long at = jiffies + delay;

	lockdep_assert_held(&argo_core.lock);

	if (argo_core.waits_due && time_before_eq(argo_core.waits_at, at))
		return;
	argo_core.waits_due = true;
	argo_core.waits_at = at;
	mod_delayed_work(argo_core.wq, &argo_core.waits, delay);
}

void argo_dest_forget_wait(struct argo_dest *dest)
{
	lockdep_assert_held(&argo_core.lock);

	if (!dest->space)
		return;
	dest->space = 0;
	list_del(&dest->waiter);
}

static void argo_count_fruitless(void)
{
	if (time_after(jiffies, argo_core.fruitless_at))
		argo_core.fruitless = 0;
	argo_core.fruitless_at = jiffies;
	argo_core.fruitless++;
}

/*
 * A single destination waits, and a VIRQ may mean that there is room. Its client is
 * told without asking Xen first: it sends its message again, and Xen takes the message
 * or notes the wait again.
 */
static void argo_dest_wake_only(void)
{
	struct argo_dest *dest = list_first_entry(&argo_core.waiters,
						  struct argo_dest, waiter);

	argo_dest_forget_wait(dest);
	WRITE_ONCE(dest->woken, true);
	dest->ops->space(dest, ARGO_WAKE_VIRQ);
}

/*
 * A VIRQ came, which may mean that there is room. A single wait is checked by its
 * client, which tries again; several are checked by one query in process context.
 * But each message of any peer raises a VIRQ, too. While one peer does not read, a
 * destination waits for long, and each of those VIRQs would check that wait without
 * success. So there are at most ARGO_FRUITLESS_MAX such checks per jiffy.
 */
void argo_kick_waits(void)
{
	bool enough = argo_core.fruitless >= ARGO_FRUITLESS_MAX &&
		      !time_after(jiffies, argo_core.fruitless_at);

	lockdep_assert_held(&argo_core.lock);

	if (list_is_singular(&argo_core.waiters) && !enough) {
		argo_dest_wake_only();
	} else if (!list_empty(&argo_core.waiters)) {
		argo_core.kicked = true;
		argo_waits_in(enough);
	}
}

void argo_dest_end_wait(struct argo_dest *dest, enum argo_wake why)
{
	argo_core.fruitless = 0;
	argo_dest_forget_wait(dest);
	dest->ops->space(dest, why);
}

/* Xen was asked and there is no room yet. If the timer had asked, it waits longer now. */
void argo_dest_still_waits(struct argo_dest *dest)
{
	lockdep_assert_held(&argo_core.lock);

	if (time_after_eq(jiffies, dest->due))
		dest->backoff = min_t(unsigned long, 2 * dest->backoff,
				      ARGO_BACKOFF_MAX);
	dest->due = jiffies + dest->backoff;
}

/*
 * Record that @dest waits for @bytes. The caller read @virqs before its send was
 * refused: if the number has changed, one of the VIRQs since may have been the one
 * about room, so the wait is checked at once.
 */
void argo_dest_wait_since(struct argo_dest *dest, u32 bytes, unsigned int virqs)
{
	unsigned long flags;

	if (!argo_core.wq)
		return;
	spin_lock_irqsave(&argo_core.lock, flags);
	if (READ_ONCE(dest->woken))
		argo_count_fruitless();
	WRITE_ONCE(dest->woken, false);
	if (!dest->space) {
		list_add_tail(&dest->waiter, &argo_core.waiters);
		dest->backoff = ARGO_BACKOFF_MIN;
		dest->due = jiffies + ARGO_BACKOFF_MIN;
		argo_waits_in(ARGO_BACKOFF_MIN);
	}
	/* 0 means that @dest does not wait, and at ARGO_NO_SPACE Xen would note no wait. */
	dest->space = min(max(bytes, 1U), ARGO_NO_SPACE - 1);
	if (argo_core.virqs != virqs)
		argo_kick_waits();
	spin_unlock_irqrestore(&argo_core.lock, flags);
}

/**
 * argo_dest_wait() - ask to be told of room
 * @dest: destination that refused a message
 * @bytes: payload bytes of that message
 *
 * argo_dest_ops.space is called once. If a VIRQ came meanwhile, it may be called
 * before this returns. A softirq that it raises then, for instance by
 * napi_schedule(), runs at once only if the caller has softirqs disabled and enables
 * them afterwards; otherwise the softirq waits for the next interrupt. If no VIRQ
 * comes, a timer checks for room: first after 10 ms, then less and less often, at
 * last once per second. Calling this again while @dest waits only changes @bytes.
 *
 * Context: any but callbacks.
 */
void argo_dest_wait(struct argo_dest *dest, u32 bytes)
{
	argo_dest_wait_since(dest, bytes, READ_ONCE(argo_core.virqs));
}
EXPORT_SYMBOL_GPL(argo_dest_wait);

/**
 * argo_dest_wait_end() - stop waiting for room
 * @dest: destination, whether it waits or not
 *
 * Context: any but callbacks.
 */
void argo_dest_wait_end(struct argo_dest *dest)
{
	unsigned long flags;

	spin_lock_irqsave(&argo_core.lock, flags);
	argo_dest_forget_wait(dest);
	spin_unlock_irqrestore(&argo_core.lock, flags);
}
EXPORT_SYMBOL_GPL(argo_dest_wait_end);

/* Start the timer for the waits that are not due. Return: is one of them due now? */
static bool argo_waits_again(void)
{
	struct argo_dest *dest;
	bool due = false;

	list_for_each_entry(dest, &argo_core.waiters, waiter) {
		if (time_after_eq(jiffies, dest->due))
			due = true;
		else
			argo_waits_in(dest->due - jiffies);
	}
	return due;
}

/* Check the waits, because a VIRQ came or because one of them is due by timer. */
void argo_waits_work(struct work_struct *work)
{
	enum argo_wake why;
	bool look;

	argo_lock();
	argo_core.waits_due = false;
	look = argo_waits_again() || argo_core.kicked;
	why = argo_core.kicked ? ARGO_WAKE_VIRQ : ARGO_WAKE_TIMER;
	argo_core.kicked = false;
	if (look)
		argo_count_fruitless();
	argo_unlock();
	if (!look)
		return;

	argo_query_all(false, why);

	argo_lock();
	if (argo_waits_again())
		argo_waits_in(0);
	argo_unlock();
}
