// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor answers, call by call, to a domain that is its own
 * partner. Only what was seen on a running Xen is expected here; the order of
 * errors is as Xen's source has it.
 *
 * Nothing is ever registered over a live ring: that would leak in Xen.
 */
#define pr_fmt(fmt) "argo-selftest: " fmt

#include <linux/argo.h>
#include <linux/delay.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "selftest.h"

#define PORT		0x7e580000
#define PORT_NONE	0x7e58ffff
#define TYPE		0x7e580001
#define LEN		4032
#define LONGEST		(LEN - 32)
#define PIECE_MAX	16777184
#define WAIT_MS		20000

/* In tables: numbers that only the module's parameters tell */
#define ME		0xfffe
#define ABSENT		0xfffd

static struct page *page, *other_page;
static u8 data[LONGEST + 1];

static u16 real(u16 id)
{
	return id == ME ? domid : id == ABSENT ? absent : id;
}

static int raw_register(struct page **pages, u16 partner, u32 port, u32 len)
{
	struct xen_argo_register_ring reg = {
		.aport = port,
		.partner_id = real(partner),
		.len = len,
	};

	return raw_hv_register(&reg, pages,
				     XEN_ARGO_REGISTER_FLAG_FAIL_EXIST);
}

static int raw_unregister(u16 partner, u32 port)
{
	struct xen_argo_unregister_ring unreg = {
		.aport = port,
		.partner_id = real(partner),
	};

	return raw_hv_unregister(&unreg);
}

static struct xen_argo_ring *ring(void)
{
	return page_address(page);
}

/* Registered empty */
static int raw_open(void)
{
	memset(page_address(page), 0, PAGE_SIZE);
	return raw_register(&page, ME, PORT, LEN);
}

static int raw_close(void)
{
	return raw_unregister(ME, PORT);
}

static int raw_send(u32 len)
{
	struct xen_argo_send_addr addr = {
		.src.domain_id = XEN_ARGO_DOMID_ANY,
		.src.aport = PORT_NONE,
		.dst.domain_id = domid,
		.dst.aport = PORT,
	};
	struct xen_argo_iov iov = argo_iov(data, len);

	return raw_hv_sendv(&addr, &iov, len ? 1 : 0, TYPE);
}

static int raw_query(u16 to, u32 port, u32 space,
		     struct xen_argo_ring_data_ent *ent)
{
	struct {
		struct xen_argo_ring_data head;
		struct xen_argo_ring_data_ent ent;
	} query = {
		.head.nent = 1,
		.ent.ring.domain_id = real(to),
		.ent.ring.aport = port,
		.ent.space_required = space,
		.ent.max_message_size = 0x5a5a5a5a,
	};
	int ret = raw_hv_notify(&query.head);

	*ent = query.ent;
	return ret;
}

/* As the receiver, without a word to the hypervisor */
static void take(u32 bytes)
{
	u32 rx = READ_ONCE(ring()->rx_ptr) + bytes;

	WRITE_ONCE(ring()->rx_ptr, rx >= LEN ? rx - LEN : rx);
}

static void take_all(void)
{
	WRITE_ONCE(ring()->rx_ptr, READ_ONCE(ring()->tx_ptr));
}

/* To the last slot; afterwards the domain waits for @len bytes. */
static int fill(u32 len)
{
	int ret;

	do {
		ret = raw_send(len);
	} while (ret >= 0);
	while (raw_send(0) == 0)
		;
	return ret;
}

static void test_raw_register(void)
{
	static const struct {
		const char *name;
		u16 partner;
		u32 len;
		int want;
	} rows[] = {
		{ "raw-register-length-0", ME, 0, -EINVAL },
		{ "raw-register-length-32", ME, 32, -EINVAL },
		{ "raw-register-length-40", ME, 40, -EINVAL },
		{ "raw-register-length-16M", ME, 16 << 20, -EINVAL },
		{ "raw-register-partner-absent", ABSENT, LEN, -ESRCH },
		{ "raw-register-partner-self", 0x7ff0, LEN, -ESRCH },
		{ "raw-register-partner-any", XEN_ARGO_DOMID_ANY, LEN, -EPERM },
		{ "raw-register-again", ME, LEN, -EEXIST },
		{ "raw-register-again-shorter", ME, 2048, -EEXIST },
	};
	struct page **pages;
	unsigned int i;

	/* As many as the largest length takes, though all the same page */
	pages = kmalloc_array(XEN_ARGO_MAX_RING_PAGES + 1, sizeof(*pages),
			      GFP_KERNEL);
	if (!pages)
		return;
	for (i = 0; i <= XEN_ARGO_MAX_RING_PAGES; i++)
		pages[i] = other_page;
	check_ret(raw_close(), -ENOENT, "raw-unregister-absent");
	check_ret(raw_open(), 0, "raw-register");
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_ret(raw_register(pages, rows[i].partner, PORT, rows[i].len),
			  rows[i].want, rows[i].name);
	check_ret(raw_send(16), 16, "raw-register-refused-harms-nothing");
	check_ret(raw_close(), 0, "raw-unregister");
	check_ret(raw_close(), -ENOENT, "raw-unregister-twice");
	kfree(pages);
}

/* Where Xen begins to write, by what it finds in the ring's memory */
static void test_raw_first_position(void)
{
	static const struct {
		const char *name;
		u32 tx, rx, start;
	} rows[] = {
		{ "raw-start-as-found", 64, 32, 64 },
		{ "raw-start-unaligned", 7, 33, 48 },
		{ "raw-start-garbage", 0xdeadbeef, 0xdeadbeef, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct xen_argo_ring_message_header *head =
			(void *)(ring() + 1) + rows[i].start;
		bool ok;

		memset(page_address(page), 0, PAGE_SIZE);
		ring()->tx_ptr = rows[i].tx;
		ring()->rx_ptr = rows[i].rx;
		ok = !raw_register(&page, ME, PORT, LEN);
		ok = ok && ring()->rx_ptr == rows[i].rx && raw_send(16) == 16;
		check(ok && READ_ONCE(ring()->tx_ptr) == rows[i].start + 32 &&
		      head->len == 32, rows[i].name);
		raw_close();
	}
}

static void test_raw_send(void)
{
	static const struct {
		const char *name;
		u16 source, to;
		u32 port;
		unsigned int niov;
		u32 len;		/* of each piece */
		u32 pad;
		bool unreadable;
		int want;
	} rows[] = {
		{ "raw-send", 0x7ff4, ME, PORT, 1, 16, 0, false, 16 },
		{ "raw-send-source-me", ME, ME, PORT, 1, 16, 0, false, 16 },
		{ "raw-send-8-pieces", 0x7ff4, ME, PORT, 8, 16, 0, false, 128 },
		{ "raw-send-header", 0x7ff4, ME, PORT, 0, 0, 0, false, 0 },
		{ "raw-send-longest", 0x7ff4, ME, PORT, 1, LONGEST, 0, false, LONGEST },
		{ "raw-send-9-pieces", 0x7ff4, ME, PORT, 9, 16, 0, false, -EINVAL },
		{ "raw-send-source-other", ABSENT, ME, PORT, 1, 16, 0, false, -EPERM },
		{ "raw-send-absent", 0x7ff4, ABSENT, PORT, 1, 16, 0, false, -ESRCH },
		{ "raw-send-0x7ff0", 0x7ff4, 0x7ff0, PORT, 1, 16, 0, false, -ESRCH },
		{ "raw-send-0x7ff4", 0x7ff4, 0x7ff4, PORT, 1, 16, 0, false, -ESRCH },
		{ "raw-send-no-ring", 0x7ff4, ME, PORT_NONE, 1, 16, 0, false, -ECONNREFUSED },
		{ "raw-send-piece-pad", 0x7ff4, ME, PORT, 1, 16, 1, false, -EINVAL },
		{ "raw-send-piece-long", 0x7ff4, ME, PORT, 1, PIECE_MAX + 1, 0, false, -EINVAL },
		{ "raw-send-sum-long", 0x7ff4, ME, PORT, 2, PIECE_MAX, 0, false, -EMSGSIZE },
		{ "raw-send-too-long", 0x7ff4, ME, PORT, 1, LONGEST + 1, 0, false, -EMSGSIZE },
		{ "raw-send-unreadable", 0x7ff4, ME, PORT, 1, 16, 0, true, -EFAULT },
		/* What comes first when there is more than one reason */
		{ "raw-order-pieces-source", ABSENT, ME, PORT, 9, 16, 0, false, -EINVAL },
		{ "raw-order-source-domain", ABSENT, ABSENT, PORT, 1, 16, 0, false, -EPERM },
		{ "raw-order-domain-piece", 0x7ff4, ABSENT, PORT, 1, 16, 1, false, -ESRCH },
		{ "raw-order-ring-piece", 0x7ff4, ME, PORT_NONE, 1, 16, 1, false, -ECONNREFUSED },
		{ "raw-order-pad-length", 0x7ff4, ME, PORT, 1, LONGEST + 1, 1, false, -EINVAL },
		{ "raw-order-length-data", 0x7ff4, ME, PORT, 1, LONGEST + 1, 0, true, -EMSGSIZE },
	};
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct xen_argo_ring_message_header *head = (void *)(ring() + 1);
		struct xen_argo_send_addr addr = {
			.src.domain_id = real(rows[i].source),
			.src.aport = 0x1234,
			.dst.domain_id = real(rows[i].to),
			.dst.aport = rows[i].port,
		};
		struct xen_argo_iov iov[9];
		int want = rows[i].want, ret;
		u32 tx = 0;

		for (n = 0; n < rows[i].niov; n++) {
			iov[n] = argo_iov(rows[i].unreadable ? (void *)0x10 : data,
					  rows[i].len);
			iov[n].pad = rows[i].pad;
		}
		raw_open();
		ret = raw_hv_sendv(&addr, iov, rows[i].niov, TYPE);
		check_ret(ret, want, rows[i].name);
		/* And what is to be seen of it */
		if (want >= 0)
			tx = (16 + ALIGN(want, 16)) % LEN;
		if (READ_ONCE(ring()->tx_ptr) != tx ||
		    (want >= 0 && (head->len != 16 + want ||
				   head->source.domain_id != domid ||
				   head->source.aport != 0x1234 ||
				   head->message_type != TYPE)))
			check(false, rows[i].name);
		raw_close();
	}

	raw_open();
	raw_send(16);
	WRITE_ONCE(ring()->tx_ptr, 0);
	raw_send(16);
	check_ret(READ_ONCE(ring()->tx_ptr), 64, "raw-write-position-is-not-ours");
	check_ret(fill(100), -EAGAIN, "raw-full");
	check_ret(raw_send(0), -EAGAIN, "raw-full-for-a-header");
	raw_close();
}

#define ANSWERS	(XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SHARED | \
		 XEN_ARGO_RING_SUFFICIENT | XEN_ARGO_RING_EMSGSIZE | \
		 XEN_ARGO_RING_EBUSY)

static void test_raw_query(void)
{
	static const struct {
		const char *name;
		bool full;
		u16 to;
		u32 port;
		u32 space;
		u16 flags;
	} rows[] = {
		{ "raw-query-no-ring", false, ME, PORT_NONE, 0, 0 },
		{ "raw-query-no-domain", false, ABSENT, PORT, 0, 0 },
		{ "raw-query-0", false, ME, PORT, 0,
		  XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT },
		{ "raw-query-longest", false, ME, PORT, LONGEST,
		  XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT },
		{ "raw-query-too-long", false, ME, PORT, LONGEST + 1,
		  XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMSGSIZE },
		{ "raw-query-full-0", true, ME, PORT, 0,
		  XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_SUFFICIENT },
		{ "raw-query-full-16", true, ME, PORT, 16, XEN_ARGO_RING_EXISTS },
		{ "raw-query-full-too-long", true, ME, PORT, LONGEST + 1,
		  XEN_ARGO_RING_EXISTS | XEN_ARGO_RING_EMSGSIZE },
	};
	struct xen_argo_ring_data_ent ent;
	struct xen_argo_ring_data *many;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 max = rows[i].flags ? LONGEST : 0x5a5a5a5a;
		int ret;

		raw_open();
		if (rows[i].full)
			fill(100);
		ret = raw_query(rows[i].to, rows[i].port, rows[i].space, &ent);
		if (ret || (ent.flags & ANSWERS) != rows[i].flags)
			pr_info("%d, flags %#x\n", ret, ent.flags);
		check(!ret && (ent.flags & ANSWERS) == rows[i].flags &&
		      ent.max_message_size == max, rows[i].name);
		raw_close();
	}

	many = kzalloc(struct_size(many, data, XEN_ARGO_MAX_NOTIFY + 1),
		       GFP_KERNEL);
	if (!many)
		return;
	many->nent = XEN_ARGO_MAX_NOTIFY;
	check_ret(raw_hv_notify(many), 0, "raw-query-256");
	many->nent = XEN_ARGO_MAX_NOTIFY + 1;
	check_ret(raw_hv_notify(many), -EACCES, "raw-query-257");
	check_ret(raw_hv_notify(NULL), 0, "raw-notify");
	kfree(many);
}

/*
 * The VIRQ is argo-core's. A wait that argo-core would end by its timer after
 * some milliseconds is ended earlier if the VIRQ comes, and says so.
 */
static struct argo_dest bell;
static atomic_t bell_rang;

static void on_bell(struct argo_dest *d, enum argo_wake why)
{
	atomic_set(&bell_rang, 1 + why);
}

static const struct argo_dest_ops bell_ops = { .space = on_bell };

static bool virq_comes(int (*act)(void))
{
	int ms;

	/* What was raised before is over by then. */
	msleep(50);
	atomic_set(&bell_rang, 0);
	argo_dest_wait(&bell, 16);
	act();
	for (ms = 0; !atomic_read(&bell_rang) && ms < WAIT_MS; ms += 20)
		msleep(20);
	argo_dest_wait_end(&bell);
	return atomic_read(&bell_rang) == 1 + ARGO_WAKE_VIRQ;
}

static int notify(void)
{
	return raw_hv_notify(NULL);
}

static int nothing(void)
{
	return 0;
}

/* The first message: too little for more than one like it */
static int take_little(void)
{
	take(128);
	return 0;
}

static bool wait_is_answered_once(void)
{
	fill(100);
	take_all();
	return virq_comes(notify) && !virq_comes(notify);
}

static bool wait_needs_a_notify(void)
{
	fill(100);
	take_little();
	/* A VIRQ now would be the only one for this wait. */
	msleep(50);
	return virq_comes(notify);
}

static bool wait_needs_room(void)
{
	fill(100);
	return !virq_comes(notify);
}

static bool wait_never_shrinks(void)
{
	fill(100);
	raw_send(2000);
	raw_send(16);
	take_little();
	if (virq_comes(notify))
		return false;
	take_all();
	return virq_comes(notify);
}

static bool wait_is_cancelled(void)
{
	struct xen_argo_ring_data_ent ent;

	fill(100);
	raw_query(ME, PORT, 0, &ent);
	take_all();
	return !virq_comes(notify);
}

static bool query_waits(void)
{
	struct xen_argo_ring_data_ent ent;

	fill(100);
	raw_query(ME, PORT, 0, &ent);
	raw_query(ME, PORT, 100, &ent);
	take_all();
	return virq_comes(notify);
}

static bool unregister_is_silent(void)
{
	fill(100);
	return !virq_comes(raw_close);
}

static int send_one(void)
{
	return raw_send(16);
}

static int send_header(void)
{
	return raw_send(0);
}

static bool message_is_signalled(void)
{
	return !virq_comes(nothing) && virq_comes(send_one) &&
	       virq_comes(send_header);
}

static void test_raw_waits(void)
{
	static const struct {
		const char *name;
		bool (*run)(void);
	} rows[] = {
		{ "raw-virq-for-message", message_is_signalled },
		{ "raw-wait-answered-once", wait_is_answered_once },
		{ "raw-wait-needs-notify", wait_needs_a_notify },
		{ "raw-wait-needs-room", wait_needs_room },
		{ "raw-wait-never-shrinks", wait_never_shrinks },
		{ "raw-wait-cancelled-by-0", wait_is_cancelled },
		{ "raw-wait-by-query", query_waits },
		{ "raw-wait-ends-silently", unregister_is_silent },
	};
	unsigned int i, tries;

	/* An empty ring, for the bell alone */
	memset(page_address(other_page), 0, PAGE_SIZE);
	raw_register(&other_page, ME, PORT + 1, LEN);
	argo_dest_add(&bell, domid, PORT + 1, &bell_ops);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool ok = false;

		/* On a slow machine the timer may be first by accident. */
		for (tries = 0; !ok && tries < 3; tries++) {
			raw_open();
			ok = rows[i].run();
			raw_close();
		}
		check(ok, rows[i].name);
	}
	argo_dest_del(&bell);
	raw_unregister(ME, PORT + 1);
}

void test_raw(void)
{
	page = alloc_page(GFP_KERNEL);
	other_page = alloc_page(GFP_KERNEL);
	if (page && other_page) {
		test_raw_register();
		test_raw_first_position();
		test_raw_send();
		test_raw_query();
		test_raw_waits();
	}
	if (page)
		__free_page(page);
	if (other_page)
		__free_page(other_page);
}
