// SPDX-License-Identifier: GPL-2.0-only
/*
 * HELLO and BYE, the messages that begin and end a session with the peer.
 */
#include <linux/delay.h>
#include <linux/random.h>

#include "argonet.h"

/* The functions down to argonet_rx_control() run in the NAPI that reads queue 0. */

static int argonet_rx_handshake(struct argonet *an, const struct argo_message *msg,
				bool hello)
{
	union {
		struct argonet_hello hello;
		struct argonet_bye bye;
	} m = {};
	int todo;

	argo_message_copy(msg, 0, &m, min_t(u32, msg->len, sizeof(m)));
	spin_lock(&an->lock);
	if (hello)
		todo = argonet_handshake_hello(&an->handshake, &m.hello, msg->len);
	else
		todo = argonet_handshake_bye(&an->handshake, &m.bye, msg->len);
	WRITE_ONCE(an->rx_open, argonet_handshake_up(&an->handshake));
	spin_unlock(&an->lock);
	if (todo == -EPROTONOSUPPORT && net_ratelimit())
		netdev_warn(an->dev, "domain %u speaks protocol versions %u to %u, this driver speaks %u\n",
			    an->config.peer, m.hello.version_min,
			    m.hello.version_max, ARGONET_VERSION);
	return todo;
}

/**
 * argonet_rx_control() - act on a message that is not DATA
 * @q: queue that the message came in on
 * @msg: message
 *
 * Context: NAPI.
 * Return: false if this protocol version does not know the message, or allows only
 * DATA on this queue
 */
bool argonet_rx_control(struct argonet_queue *q, const struct argo_message *msg)
{
	struct argonet *an = q->an;
	bool hello = msg->type == ARGONET_TYPE(ARGONET_KIND_HELLO);
	int todo;

	if (q->index || (!hello && msg->type != ARGONET_TYPE(ARGONET_KIND_BYE)))
		return false;
	todo = argonet_rx_handshake(an, msg, hello);
	if (todo < 0) {
		argonet_rx_bad(q, ARGONET_BAD_HANDSHAKE);
		return true;
	}
	if (todo & ARGONET_HS_DOWN)
		argonet_event(an, ARGONET_EV_DOWN);
	if (todo & ARGONET_HS_REPLY)
		argonet_event(an, ARGONET_EV_HELLO);
	if (todo & (ARGONET_HS_UP | ARGONET_HS_CHANGED))
		argonet_event(an, ARGONET_EV_APPLY);
	if (hello) {
		WRITE_ONCE(an->heard, true);
		if (READ_ONCE(an->phase) == ARGONET_STALLED)
			argonet_event(an, ARGONET_EV_HEARD);
	}
	return true;
}

/* All functions below run in the control work, or while that is stopped. */

bool argonet_peer_known(struct argonet *an, struct argonet_params *peer)
{
	bool up;

	spin_lock_bh(&an->lock);
	up = argonet_handshake_up(&an->handshake);
	*peer = an->handshake.peer;
	spin_unlock_bh(&an->lock);
	return up;
}

static int argonet_send_control(struct argonet *an, unsigned int kind,
				const void *payload, u32 len)
{
	struct xen_argo_iov iov = argo_iov(payload, len);

	return argo_sendv(&an->queue[0].tx.dest, an->config.port,
			  ARGONET_TYPE(kind), &iov, 1);
}

int argonet_send_hello(struct argonet *an)
{
	struct argonet_hello hello;

	spin_lock_bh(&an->lock);
	WRITE_ONCE(an->offered, an->offered | an->own.features);
	/*
	 * The peer has to answer a HELLO without the UP flag. A stalled side leaves the
	 * flag out, because an answer proves that the peer reads again.
	 */
	argonet_handshake_fill(&an->handshake, &an->own,
			       argonet_handshake_up(&an->handshake) &&
			       an->phase != ARGONET_STALLED, &hello);
	spin_unlock_bh(&an->lock);

	an->next_hello = get_jiffies_64() + ARGONET_HELLO_INTERVAL;
	return argonet_send_control(an, ARGONET_KIND_HELLO, &hello, sizeof(hello));
}

void argonet_send_bye(struct argonet *an)
{
	struct argonet_bye bye = {
		.session = cpu_to_le64(an->handshake.session),
	};
	int tries = an->phase == ARGONET_STALLED ? 1 : 5;

	/*
	 * The ring may be full. Try again, because a peer that gets no BYE waits for
	 * seconds until it notices. Try only once if the peer has not read for long,
	 * because the caller holds RTNL.
	 */
	while (argo_full(argonet_send_control(an, ARGONET_KIND_BYE, &bye,
					      sizeof(bye))) && --tries)
		usleep_range(5000, 10000);
}

void argonet_new_session(struct argonet *an)
{
	u64 session;

	do {
		session = get_random_u64();
	} while (!session);

	spin_lock_bh(&an->lock);
	argonet_handshake_start(&an->handshake, session);
	WRITE_ONCE(an->rx_open, false);
	WRITE_ONCE(an->offered, 0);
	WRITE_ONCE(an->heard, false);
	spin_unlock_bh(&an->lock);
}
