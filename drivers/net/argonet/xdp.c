// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP: programs that see received frames before the stack does, and the frames that
 * programs send.
 *
 * A program must see finished frames, with checksums and segmented. So while there is a
 * program the peer is offered no feature, and finishes its frames itself. A frame that
 * comes unfinished all the same is dropped, because it must not bypass the program.
 */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/filter.h>

#include "argonet.h"
#include "compat.h"

/* Largest MTU at which a frame fits one page, for programs that support no fragments */
#define ARGONET_XDP_MAX_MTU	3400

/*
 * Copy frames into the message of a queue; the transmit NAPI of that queue sends it. The
 * frames are returned at once. xdp_return_frame() is the variant for callers that may
 * run on another CPU than the NAPI of a frame's pool.
 */
static int argonet_xdp_send(struct argonet *an, int n, struct xdp_frame **frames)
{
	unsigned int index = smp_processor_id() % an->dev->real_num_tx_queues;
	struct argonet_queue *q = &an->queue[index];
	struct netdev_queue *txq = argonet_txq(q);
	int i, sent = 0;

	__netif_tx_lock(txq, smp_processor_id());
	while (sent < n && argonet_tx_xdp(q, frames[sent]))
		sent++;
	__netif_tx_unlock(txq);
	napi_schedule(&q->tx.napi);
	for (i = 0; i < sent; i++)
		xdp_return_frame(frames[i]);
	return sent;
}

static bool argonet_xdp_tx(struct argonet_queue *q, struct xdp_buff *xdp)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);

	return frame && argonet_xdp_send(q->an, 1, &frame);
}

/**
 * argonet_xdp_run() - run an XDP program on a frame, and do what it returns
 * @q: queue on which it came
 * @prog: program
 * @xdp: the frame, in pages of @q->pool only
 *
 * Context: NAPI.
 * Return: true if the frame goes to the stack; false if it was sent, redirected or
 * freed.
 */
bool argonet_xdp_run(struct argonet_queue *q, struct bpf_prog *prog,
		     struct xdp_buff *xdp)
{
	u32 act = XDP_DROP;

	if (!xdp_buff_has_frags(xdp) || prog->aux->xdp_has_frags)
		act = bpf_prog_run_xdp(prog, xdp);
	switch (act) {
	case XDP_PASS:
		return true;
	case XDP_TX:
		if (!argonet_xdp_tx(q, xdp))
			break;
		argonet_rx_count(q, &q->rx.stats.xdp_tx);
		return false;
	case XDP_REDIRECT:
		if (xdp_do_redirect(q->an->dev, xdp, prog))
			break;
		q->rx.redirected = true;
		argonet_rx_count(q, &q->rx.stats.xdp_redirect);
		return false;
	case XDP_DROP:
		argonet_rx_count(q, &q->rx.stats.xdp_drop);
		xdp_return_buff(xdp);
		return false;
	case XDP_ABORTED:
		break;
	default:
		bpf_warn_invalid_xdp_action(q->an->dev, prog, act);
	}
	trace_xdp_exception(q->an->dev, prog, act);
	argonet_rx_count(q, &q->rx.stats.xdp_error);
	xdp_return_buff(xdp);
	return false;
}

/* ndo_xdp_xmit: frames that programs of other devices redirect to this one */
int argonet_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames,
		     u32 flags)
{
	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	if (unlikely(!netif_carrier_ok(dev)))
		return -ENETDOWN;
	return argonet_xdp_send(netdev_priv(dev), n, frames);
}

/*
 * Can @prog run at this MTU? Either frames fit one page, or it supports fragments. RTNL
 * is held.
 */
bool argonet_xdp_mtu_fits(const struct bpf_prog *prog, unsigned int mtu)
{
	BUILD_BUG_ON(ARGONET_XDP_MAX_MTU + ARGONET_L2_OVERHEAD > ARGONET_RX_HEAD);
	return !prog || prog->aux->xdp_has_frags || mtu <= ARGONET_XDP_MAX_MTU;
}

static int argonet_xdp_setup(struct argonet *an, struct bpf_prog *prog,
			     struct netlink_ext_ack *extack)
{
	struct bpf_prog *old = rtnl_dereference(an->xdp_prog);

	if (!argonet_xdp_mtu_fits(prog, an->dev->mtu)) {
		NL_SET_ERR_MSG(extack, "MTU too large for a program without fragments, set at most "
			       __stringify(ARGONET_XDP_MAX_MTU));
		return -EINVAL;
	}
	rcu_assign_pointer(an->xdp_prog, prog);
	if (!prog != !old)
		netdev_update_features(an->dev);
	if (old)
		bpf_prog_put(old);
	return 0;
}

int argonet_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return argonet_xdp_setup(netdev_priv(dev), bpf->prog, bpf->extack);
	default:
		return -EINVAL;
	}
}
