// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the backend, agreeing on a session, noticing that it went.
 *
 * Drivers see nothing of it. While there is no backend their requests wait, and what
 * it had not answered is sent to the next one.
 */
#define pr_fmt(fmt) "virtio-argo: " fmt

#include <linux/random.h>
#include <linux/sched/mm.h>

#include "virtio-argo.h"

/* Between HELLOs that nobody answers */
#define VA_GREET_MIN	(HZ / 5)
#define VA_GREET_MAX	(2 * HZ)

/* Between what a backend can make us do, however often it asks for it */
#define VA_SESSION_MIN	(HZ / 2)
#define VA_RESCAN_MIN	HZ

/**
 * va_link_event() - have the link look at something
 * @link: link
 * @event: what
 *
 * Context: any.
 */
void va_link_event(struct va_link *link, enum va_event event)
{
	set_bit(event, &link->events);
	mod_delayed_work(va_wq, &link->work, 0);
}

/**
 * va_link_news() - the backend has news of its devices
 * @link: link
 *
 * While it has not been asked about the last news, more of them cost nothing.
 *
 * Context: any.
 */
void va_link_news(struct va_link *link)
{
	if (!test_and_set_bit(VA_EV_RESCAN, &link->events))
		mod_delayed_work(va_wq, &link->work, 0);
}

/**
 * va_link_cut() - whoever waits for an answer need not any more
 * @link: link
 *
 * Context: any.
 */
void va_link_cut(struct va_link *link)
{
	unsigned long flags;

	spin_lock_irqsave(&link->lock, flags);
	WRITE_ONCE(link->up, false);
	link->session = 0;
	if (link->outstanding) {
		link->outstanding = false;
		complete(&link->answered);
	}
	spin_unlock_irqrestore(&link->lock, flags);
	wake_up(&link->room);
}

/**
 * va_link_fail() - the backend is gone, or as good as that
 * @link: link to it
 *
 * Context: any.
 */
void va_link_fail(struct va_link *link)
{
	va_link_cut(link);
	va_link_event(link, VA_EV_FAILED);
}

/**
 * va_max_message() - how long a message may be for our rings
 *
 * Two of them fit, so that a sender can write one while the other is being read.
 *
 * Return: bytes
 */
u32 va_max_message(void)
{
	u32 half = argo_ring_max_payload(argo_ring_len(va_ring_size)) / 2;

	return min_t(u32, ALIGN_DOWN(half, VA_RECORD_ALIGN), VA_MESSAGE_MAX);
}

/**
 * va_link_hello() - the other side greets
 * @link: link
 * @hello: what it said
 *
 * Context: the link's reader.
 * Return: 0; -EREMCHG if it is no backend, -EPROTONOSUPPORT, -EPROTO
 */
int va_link_hello(struct va_link *link, const struct va_hello *hello)
{
	u64 session = le64_to_cpu(hello->session);
	bool again = false, up = false;

	if (hello->role != VA_ROLE_DEVICE)
		return -EREMCHG;
	if (hello->version_min > VA_VERSION || hello->version_max < VA_VERSION ||
	    !(le32_to_cpu(hello->control) & VA_CONTROL_MSG1))
		return -EPROTONOSUPPORT;
	if (!session || le32_to_cpu(hello->max_message) < VA_MESSAGE_MIN ||
	    le32_to_cpu(hello->max_request) < VA_REQUEST_MIN)
		return -EPROTO;

	spin_lock_irq(&link->lock);
	if (link->up) {
		again = session != link->peer_session;
	} else if (link->session && le64_to_cpu(hello->peer_session) == link->session) {
		link->peer_session = session;
		link->lineage = le64_to_cpu(hello->lineage);
		link->max_message = min_t(u32, le32_to_cpu(hello->max_message),
					  VA_MESSAGE_MAX);
		link->max_request = le32_to_cpu(hello->max_request);
		link->generation++;
		link->announced = 0;
		WRITE_ONCE(link->up, true);
		up = true;
	}
	spin_unlock_irq(&link->lock);
	if (again)
		va_link_fail(link);
	else
		va_link_event(link, up ? VA_EV_UP : VA_EV_APPEARED);
	return 0;
}

/**
 * va_link_bye() - the other side goes
 * @link: link
 * @bye: what it said
 *
 * Context: the link's reader.
 * Return: was it this session's?
 */
bool va_link_bye(struct va_link *link, const struct va_bye *bye)
{
	if (le64_to_cpu(bye->session) != READ_ONCE(link->peer_session))
		return false;
	va_link_fail(link);
	return true;
}

/* Requests wait from now on, perhaps not for ever. */
static void va_link_down(struct va_link *link)
{
	struct va_device *dev;
	unsigned int n, i;

	for (n = 0; n < VA_DEVICES_MAX; n++) {
		dev = link->devices[n];
		if (!dev)
			continue;
		mutex_lock(&dev->lock);
		for (i = 0; i < VA_QUEUES_MAX; i++)
			if (dev->queues[i])
				va_queue_stall(dev->queues[i]);
		mutex_unlock(&dev->lock);
	}
	if (va_grace && link->patient) {
		link->patient = false;
		mod_delayed_work(va_wq, &link->expire, va_grace * HZ);
	}
}

static void va_link_greet(struct va_link *link)
{
	struct va_hello hello = {
		.version_min = VA_VERSION,
		.version_max = VA_VERSION,
		.role = VA_ROLE_DRIVER,
		.lanes = 1,
		.control = cpu_to_le32(VA_CONTROL_MSG1),
		.max_message = cpu_to_le32(va_max_message()),
	};
	struct xen_argo_iov iov = argo_iov(&hello, sizeof(hello));
	int ret;

	spin_lock_irq(&link->lock);
	while (!link->session)
		link->session = get_random_u64();
	hello.session = cpu_to_le64(link->session);
	spin_unlock_irq(&link->lock);
	ret = argo_sendv(&link->dest, link->port, VA_TYPE(VA_KIND_HELLO), &iov, 1);
	if (ret < 0 && !argo_full(ret)) {
		va_link_fail(link);
		return;
	}
	queue_delayed_work(va_wq, &link->work, link->greet_delay);
	link->greet_delay = min_t(unsigned int, 2 * link->greet_delay, VA_GREET_MAX);
}

static void va_link_seek(struct va_link *link)
{
	link->state = VA_SEEKING;
	clear_bit(VA_EV_APPEARED, &link->events);
	argo_dest_watch(&link->dest, ARGO_WATCH_APPEARED);
}

/*
 * On another host the number of the domain may be somebody else's, who must not be
 * sent what was for the backend. dom0 is always whom the guest has to trust.
 */
static bool va_link_may_join(const struct va_link *link)
{
	return !link->domid || va_rejoin || argo_restores() == link->restores;
}

static void va_link_open(struct va_link *link)
{
	int ret;

	/* The reader may still be at what the ring held when it was lost. */
	argo_ring_unregister(link->ring);
	argo_reader_stop(&link->reader);
	ret = argo_ring_register(link->ring);
	if (!ret && !va_link_may_join(link)) {
		argo_ring_unregister(link->ring);
		pr_notice("this domain was restored: domain %u is asked for nothing until it is named again\n",
			  link->domid);
		return;
	}
	if (ret) {
		pr_warn_ratelimited("no ring for domain %u (%d)\n", link->domid, ret);
		queue_delayed_work(va_wq, &link->work, HZ);
		return;
	}
	va_link_seek(link);
}

/* Return: is it too early? Then the work runs again when it is not. */
static bool va_link_early(struct va_link *link, unsigned long when)
{
	unsigned long now = jiffies;

	if (!time_before(now, when))
		return false;
	mod_delayed_work(va_wq, &link->work, when - now);
	return true;
}

static void va_link_rescan(struct va_link *link)
{
	clear_bit(VA_EV_RESCAN, &link->events);
	link->next_rescan = jiffies + VA_RESCAN_MIN;
	va_rescan(link);
}

static void va_link_step(struct va_link *link)
{
	switch (link->state) {
	case VA_DOWN:
		va_link_open(link);
		break;
	case VA_SEEKING:
		if (!test_bit(VA_EV_APPEARED, &link->events) ||
		    va_link_early(link, link->next_session))
			break;
		clear_bit(VA_EV_APPEARED, &link->events);
		link->next_session = jiffies + VA_SESSION_MIN;
		argo_dest_watch(&link->dest, ARGO_WATCH_GONE);
		link->state = VA_GREETING;
		link->greet_delay = VA_GREET_MIN;
		va_link_greet(link);
		break;
	case VA_GREETING:
		if (!READ_ONCE(link->up)) {
			va_link_greet(link);
			break;
		}
		link->state = VA_UP;
		link->patient = true;
		cancel_delayed_work_sync(&link->expire);
		pr_info_ratelimited("domain %u is up\n", link->domid);
		va_link_rescan(link);
		break;
	case VA_UP:
		if (test_bit(VA_EV_RESCAN, &link->events) &&
		    !va_link_early(link, link->next_rescan))
			va_link_rescan(link);
		break;
	}
}

static void va_link_do(struct va_link *link)
{
	bool failed = test_and_clear_bit(VA_EV_FAILED, &link->events);
	bool lost = test_and_clear_bit(VA_EV_LOST, &link->events);

	if (READ_ONCE(link->stopping))
		return;
	if (failed || lost) {
		if (link->state == VA_UP)
			pr_info_ratelimited("domain %u is gone\n", link->domid);
		/* An answer to a HELLO that was sent before is none any more. */
		va_link_cut(link);
		va_link_down(link);
		if (lost)
			link->state = VA_DOWN;
		else if (link->state != VA_DOWN)
			va_link_seek(link);
		if (!lost)
			return;
	}
	va_link_step(link);
}

/**
 * va_link_work() - do what is next
 * @work: of the link
 *
 * Disks come back by this, so its allocations must not start I/O: that could wait for
 * the very same disks.
 */
void va_link_work(struct work_struct *work)
{
	struct va_link *link = container_of(to_delayed_work(work), struct va_link, work);
	unsigned int noio = memalloc_noio_save();

	va_link_do(link);
	memalloc_noio_restore(noio);
}
