// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients and peers that do what they are told to.
 */
#include "world.h"

static void (*world_fn)(void);
static bool world_over;

/* Each message on the stack of the task that sends it, begins with a word. */
#define MESSAGE_MAX	2048
/* No larger one is expected by our rings. */
#define MESSAGE_USUAL	200

static bool on_data(void *priv)
{
	struct client *c = priv;

	c->told++;
	c->told_at = jiffies;
	sim_wake(c);
	return !c->absent;
}

static void on_lost(void *priv)
{
	struct client *c = priv;

	c->lost++;
	sim_wake(c);
}

static const struct argo_ring_ops ring_ops = { .data = on_data, .lost = on_lost };

static void on_space(struct argo_dest *dest, enum argo_wake why)
{
	struct sender *s = container_of(dest, struct sender, dest);

	s->spaces++;
	/* The VIRQ is held back while somebody reads, which is soon over. */
	s->timers += why == ARGO_WAKE_TIMER && s->room_at + 2 < jiffies;
	s->space_at = jiffies;
	sim_wake(s);
}

static void on_gone(struct argo_dest *dest)
{
	container_of(dest, struct sender, dest)->gone++;
}

static void on_appeared(struct argo_dest *dest)
{
	container_of(dest, struct sender, dest)->appeared++;
}

static const struct argo_dest_ops dest_ops = {
	.space = on_space, .gone = on_gone, .appeared = on_appeared,
};

static void world_task(void *unused)
{
	u16 i;

	fake_heal();
	expect(!sim_module_init(), "argo-core does not start");
	for (i = PEER; i < PEER + 4; i++)
		fake_domain_create(i);
	world_fn();
	sim_sleep(10);
	expect(!argo_core.busy, "%u are busy for ever", argo_core.busy);
	expect(!argo_core.masked, "the VIRQ stays masked");
	expect(list_empty(&argo_core.waiters), "somebody waits for ever");
	sim_module_exit();
	world_over = true;
}

void world_run(void (*fn)(void), u64 seed, unsigned int percent)
{
	sim_start(seed, percent);
	world_fn = fn;
	world_over = false;
	sim_spawn(world_task, NULL);
	sim_run(2000000);
	expect(world_over, "this does not end");
	sim_stop();
}

void client_open(struct client *c, u16 peer, u32 port)
{
	struct argo_ring_config config = {
		.partner = peer, .port = port, .len = LEN, .client = "sim",
		.max_message = MESSAGE_USUAL,
	};

	*c = (struct client) { .peer = peer, .port = port };
	c->ring = argo_ring_create(&config, &ring_ops, c);
	expect(!IS_ERR(c->ring), "no ring: %d", PTR_ERR(c->ring));
	expect(!argo_ring_register(c->ring), "the ring is refused");
}

void client_close(struct client *c)
{
	argo_ring_destroy(c->ring);
	c->ring = NULL;
}

int client_take(struct client *c, u32 *word)
{
	struct argo_message msg;

	if (argo_ring_next(c->ring, &msg) != 1)
		return -1;
	expect(msg.domid == c->peer || c->peer == XEN_ARGO_DOMID_ANY,
	       "a message of domain %u", msg.domid);
	argo_message_copy(&msg, 0, word, min(msg.len, 4));
	argo_ring_consume(c->ring, &msg);
	return msg.len;
}

unsigned int client_drain(struct client *c)
{
	unsigned int n = 0;
	u32 word;

	while (client_take(c, &word) >= 0)
		n++;
	argo_ring_publish(c->ring);
	argo_ring_done(c->ring);
	return n;
}

void sender_add(struct sender *s, u16 peer, u32 port)
{
	*s = (struct sender) {};
	argo_dest_add(&s->dest, peer, port, &dest_ops);
}

void sender_del(struct sender *s)
{
	argo_dest_del(&s->dest);
}

int sender_send(struct sender *s, u32 len)
{
	u8 buf[MESSAGE_MAX] = {};
	struct xen_argo_iov iov = argo_iov(buf, len);

	return argo_sendv(&s->dest, PORT, TYPE, &iov, 1);
}

int sender_send_wait(struct sender *s, u32 word, u32 len)
{
	u8 buf[MESSAGE_MAX] = {};
	struct xen_argo_iov iov = argo_iov(buf, len);

	memcpy(buf, &word, 4);
	return argo_send_wait(&s->dest, PORT, TYPE, &iov, 1, len);
}

void sender_fill(struct sender *s, u32 len)
{
	int ret;

	do {
		ret = sender_send(s, len);
	} while (ret >= 0);
	expect(ret == -EAGAIN, "not full but %d", ret);
	argo_dest_wait(&s->dest, len);
	expect(sender_send(s, len) == -EAGAIN, "not full any more");
}

int peer_send(u16 peer, u32 port, u32 word, u32 len)
{
	u8 buf[MESSAGE_MAX] = {};

	memcpy(buf, &word, 4);
	return fake_peer_send(peer, PORT, ME, port, TYPE, buf, max(len, 4U));
}

int peer_take(u16 peer, u32 port, u32 *word)
{
	struct xen_argo_ring_message_header head;

	return max(fake_peer_recv(peer, ME, port, &head, word, 4), -1);
}

unsigned int peer_drain(u16 peer, u32 port)
{
	unsigned int n = 0;
	u32 word;

	while (peer_take(peer, port, &word) >= 0)
		n++;
	fake_notify(peer, NULL);
	return n;
}

void world_freeze(void)
{
	sim_pm->freeze(NULL);
}

void world_thaw(void)
{
	sim_pm->thaw(NULL);
}

void world_restore(void)
{
	fake_drop_rings(ME, NULL);
	sim_pm->restore(NULL);
}
