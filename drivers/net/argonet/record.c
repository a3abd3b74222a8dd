// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking a DATA message apart, without trusting a bit of it.
 *
 * No kernel dependency beyond types, for user space tests and fuzzers.
 */
#ifdef __KERNEL__
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/virtio_byteorder.h>
#include <uapi/linux/argonet.h>
#include <asm/byteorder.h>
#else
#include "kernel_shim.h"
#include <linux/argonet.h>
#endif

#include "compat_uapi.h"
#include "record.h"

/* What is left of the smallest MSS of TCP, 48, with all options in each segment */
#define ARGONET_GSO_MIN_TCP	8

static u16 argonet_le16(__virtio16 v)
{
	return __virtio16_to_cpu(true, v);
}

/* ARGONET_F_* that a receiver must have offered to be sent a frame like this */
static int argonet_offload_features(const struct virtio_net_hdr *h, u32 len)
{
	bool big = len > ARGONET_MAX_FRAME;
	u32 ecn = 0;

	if (h->gso_type & VIRTIO_NET_HDR_GSO_ECN)
		ecn = ARGONET_F_ECN;

	switch (h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		if (ecn || big)
			return -EINVAL;
		return h->flags ? ARGONET_F_CSUM : 0;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return ARGONET_F_CSUM | ARGONET_F_TSO4 | ecn |
		       (big ? ARGONET_F_BIG4 : 0);
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return ARGONET_F_CSUM | ARGONET_F_TSO6 | ecn |
		       (big ? ARGONET_F_BIG6 : 0);
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		if (ecn || big)
			return -EINVAL;
		return ARGONET_F_CSUM | ARGONET_F_USO;
	default:
		return -EINVAL;
	}
}

static int argonet_offload_check(const struct virtio_net_hdr *h, u32 len,
				 u32 offered)
{
	u32 start = argonet_le16(h->csum_start);
	u32 offset = argonet_le16(h->csum_offset);
	int needed;

	/* A peer's word that a checksum is right counts for nothing. */
	if (h->flags & ~VIRTIO_NET_HDR_F_NEEDS_CSUM)
		return -ARGONET_BAD_RESERVED - 1;
	needed = argonet_offload_features(h, len);
	if (needed < 0)
		return -ARGONET_BAD_OFFLOAD - 1;
	if (needed & ~offered)
		return -ARGONET_BAD_UNOFFERED - 1;

	if (h->flags) {
		if (start < ETH_HLEN || start + offset + 2 > len)
			return -ARGONET_BAD_OFFLOAD - 1;
	}
	/* Smaller ones would be more segments than Linux can count. */
	if (h->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
		bool udp = h->gso_type == VIRTIO_NET_HDR_GSO_UDP_L4;

		if (!h->flags ||
		    argonet_le16(h->gso_size) < (udp ? 1 : ARGONET_GSO_MIN_TCP))
			return -ARGONET_BAD_OFFLOAD - 1;
	}
	return 0;
}

/**
 * argonet_record_next() - find the next frame of a DATA message
 * @msg: the message
 * @pos: start with 0; moved behind the frame, or to the end if the rest of the
 *	 message cannot be read
 * @offered: ARGONET_F_* the peer may rely on
 * @max_frame: largest frame the peer was told to send
 * @frame: filled in if there is one
 *
 * A message without any record is as bad as one with half a record.
 *
 * Return: 1 if there is a frame, 0 at the end, or -1 - &enum argonet_bad
 */
int argonet_record_next(const struct argo_message *msg, u32 *pos, u32 offered,
			u32 max_frame, struct argonet_frame *frame)
{
	struct argonet_record record;
	u32 at = *pos, len;

	if (at && at >= msg->len)
		return 0;
	*pos = U32_MAX;
	if (msg->len - at < sizeof(record))
		return -ARGONET_BAD_LENGTH - 1;
	argo_message_copy(msg, at, &record, sizeof(record));
	at += sizeof(record);

	len = le32_to_cpu(record.len);
	if (len < ETH_HLEN || len > max_frame || len > msg->len - at)
		return -ARGONET_BAD_LENGTH - 1;
	*pos = ALIGN(at + len, ARGONET_RECORD_ALIGN);
	if (record.reserved)
		return -ARGONET_BAD_RESERVED - 1;

	frame->offset = at;
	frame->len = len;
	frame->offload = record.offload;
	return argonet_offload_check(&record.offload, len, offered) ?: 1;
}
