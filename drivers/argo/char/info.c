// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARGO_DEV_INFO: state and counters of an endpoint.
 */
#include "char.h"

static void argo_info_ring(struct argo_end *end, struct argo_ring *ring,
			   struct argo_dev_info *info)
{
	struct argo_ring_stats stats;

	argo_ring_get_stats(ring, &stats);
	info->flags |= ARGO_DEV_INFO_BOUND;
	if (READ_ONCE(end->lost))
		info->flags |= ARGO_DEV_INFO_LOST;
	info->partner = end->partner;
	info->port = end->port;
	info->ring_len = end->ring_len;
	info->messages = stats.messages;
	info->bytes = stats.bytes;
	info->bad_headers = stats.bad_headers;
	info->filtered = stats.filtered;
	info->notify = stats.notify;
	info->notify_elided = stats.notify_elided;
}

/**
 * argo_end_info() - read the state and the counters of an endpoint
 * @end: endpoint
 * @info: all but its size is filled in
 */
void argo_end_info(struct argo_end *end, struct argo_dev_info *info)
{
	struct argo_ring *ring = argo_end_ring(end);
	struct xen_argo_addr peer;

	*info = (struct argo_dev_info) {
		.size = info->size,
		.domid = argo_domid(),
		.losses = READ_ONCE(end->losses),
		.truncated = READ_ONCE(end->truncated),
		.sent = atomic64_read(&end->sent),
		.sent_bytes = atomic64_read(&end->sent_bytes),
		.full = atomic64_read(&end->no_room),
	};
	if (ring)
		argo_info_ring(end, ring, info);
	if (argo_end_default(end, &peer)) {
		info->flags |= ARGO_DEV_INFO_CONNECTED;
		info->peer_domid = peer.domain_id;
		info->peer_port = peer.aport;
		if (READ_ONCE(end->gone))
			info->flags |= ARGO_DEV_INFO_GONE;
	}
	if (READ_ONCE(end->full))
		info->flags |= ARGO_DEV_INFO_FULL;
}
