// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VIRQ of this kernel: an edge that is remembered while it is masked, and
 * delivered in hard interrupt context on the first CPU.
 */
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "fake.h"

static void fake_virq_deliver(struct irq_work *work);
static void fake_virq_call(void *unused);
static void fake_virq_late(struct work_struct *work);

static struct {
	spinlock_t lock; /* all below */
	void (*handler)(void);
	bool pending;
	bool masked;
	u32 again;
	struct irq_work work;
	call_single_data_t call;
	struct delayed_work late;
} virq = {
	.lock = __SPIN_LOCK_UNLOCKED(virq.lock),
	.work = IRQ_WORK_INIT_HARD(fake_virq_deliver),
	.call = CSD_INIT(fake_virq_call, NULL),
	.late = __DELAYED_WORK_INITIALIZER(virq.late, fake_virq_late, 0),
};

/* With virq.lock held: an interrupt that is on its way will find what it needs */
static void fake_virq_now(void)
{
	if (smp_processor_id())
		smp_call_function_single_async(0, &virq.call);
	else
		irq_work_queue(&virq.work);
}

/* With virq.lock held: now, or as late as was asked for */
static void fake_virq_send(void)
{
	u32 delay = READ_ONCE(fake.virq_delay);

	if (!delay) {
		fake_virq_now();
		return;
	}
	if (queue_delayed_work(system_highpri_wq, &virq.late,
			       msecs_to_jiffies(delay)))
		fake_hit(FAKE_VIRQ_LATE);
}

static void fake_virq_deliver(struct irq_work *work)
{
	void (*handler)(void) = NULL;
	unsigned long flags;

	spin_lock_irqsave(&virq.lock, flags);
	if (virq.pending && !virq.masked) {
		handler = virq.handler;
		virq.pending = virq.again;
		if (virq.again) {
			virq.again--;
			fake_hit(FAKE_VIRQ_DOUBLED);
			fake_virq_now();
		}
	}
	spin_unlock_irqrestore(&virq.lock, flags);
	if (handler)
		handler();
}

static void fake_virq_call(void *unused)
{
	fake_virq_deliver(NULL);
}

static void fake_virq_late(struct work_struct *work)
{
	spin_lock_irq(&virq.lock);
	fake_virq_now();
	spin_unlock_irq(&virq.lock);
}

void fake_virq_raise(void)
{
	unsigned long flags;

	if (fake_chance(READ_ONCE(fake.virq_lose))) {
		fake_hit(FAKE_VIRQ_LOST);
		return;
	}
	spin_lock_irqsave(&virq.lock, flags);
	/* Nobody listens: it is lost, not kept. */
	if (virq.handler) {
		virq.pending = true;
		virq.again = READ_ONCE(fake.virq_dup);
		/* or else when it is unmasked */
		if (!virq.masked)
			fake_virq_send();
	}
	spin_unlock_irqrestore(&virq.lock, flags);
}
EXPORT_SYMBOL_GPL(fake_virq_raise);

int fake_virq_bind(void (*handler)(void))
{
	unsigned long flags;
	int ret = -EEXIST;

	spin_lock_irqsave(&virq.lock, flags);
	if (!virq.handler) {
		virq.handler = handler;
		virq.pending = false;
		virq.masked = false;
		ret = 0;
	}
	spin_unlock_irqrestore(&virq.lock, flags);
	return ret;
}

static void fake_virq_nothing(void *unused)
{
}

void fake_virq_unbind(void)
{
	unsigned long flags;

	spin_lock_irqsave(&virq.lock, flags);
	virq.handler = NULL;
	virq.pending = false;
	spin_unlock_irqrestore(&virq.lock, flags);
	cancel_delayed_work_sync(&virq.late);
	irq_work_sync(&virq.work);
	/* Calls of a CPU are in order: no earlier one is left. */
	smp_call_function_single(0, fake_virq_nothing, NULL, true);
}

void fake_virq_mask(void)
{
	unsigned long flags;

	spin_lock_irqsave(&virq.lock, flags);
	WARN(virq.masked, "fake-xen: the VIRQ is masked twice\n");
	virq.masked = true;
	spin_unlock_irqrestore(&virq.lock, flags);
}

void fake_virq_unmask(void)
{
	unsigned long flags;

	spin_lock_irqsave(&virq.lock, flags);
	WARN(!virq.masked, "fake-xen: the VIRQ is not masked\n");
	virq.masked = false;
	if (virq.pending)
		fake_virq_send();
	spin_unlock_irqrestore(&virq.lock, flags);
}

void fake_virq_forget(void)
{
	unsigned long flags;

	spin_lock_irqsave(&virq.lock, flags);
	virq.pending = false;
	spin_unlock_irqrestore(&virq.lock, flags);
}
