// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the frames in a DATA message. All of it is the peer's, and nothing is used
 * before it was checked.
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

/* Linux's smallest MSS of TCP is 48, of which options take up to 40. */
#define ARGONET_GSO_MIN_TCP	8

static u16 argonet_le16(__virtio16 v)
{
	return __virtio16_to_cpu(true, v);
}

/* Return: ARGONET_F_* that the receiver must have offered for this frame, or -EINVAL */
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

static bool argonet_offload_check(const struct virtio_net_hdr *h, u32 len,
				  u32 offered, enum argonet_bad *why)
{
	u32 start = argonet_le16(h->csum_start);
	u32 offset = argonet_le16(h->csum_offset);
	int needed;

	/* virtio has a flag for "the checksum is right": a peer must not claim that. */
	*why = ARGONET_BAD_RESERVED;
	if (h->flags & ~VIRTIO_NET_HDR_F_NEEDS_CSUM)
		return false;

	*why = ARGONET_BAD_OFFLOAD;
	needed = argonet_offload_features(h, len);
	if (needed < 0)
		return false;
	if (needed & ~offered) {
		*why = ARGONET_BAD_UNOFFERED;
		return false;
	}

	if (h->flags && (start < ETH_HLEN || start + offset + 2 > len))
		return false;
	/* With smaller segments of TCP, their number would not fit the 16 bits of Linux. */
	if (h->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
		bool udp = h->gso_type == VIRTIO_NET_HDR_GSO_UDP_L4;

		if (!h->flags ||
		    argonet_le16(h->gso_size) < (udp ? 1 : ARGONET_GSO_MIN_TCP))
			return false;
	}
	return true;
}

/**
 * argonet_record_next() - find the next frame of a DATA message
 * @msg: the message
 * @pos: 0 at first; moved behind the frame, or to the end if the rest of the message
 *	 cannot be read
 * @offered: ARGONET_F_* that the peer was offered in this session
 * @max_frame: the max_frame that the peer was told
 * @frame: filled in for ARGONET_FOUND_FRAME
 * @why: filled in for ARGONET_FOUND_BAD
 *
 * A message must have at least one record: an empty one is ARGONET_FOUND_BAD.
 *
 * Return: what was found at @pos
 */
enum argonet_found argonet_record_next(const struct argo_message *msg, u32 *pos,
				       u32 offered, u32 max_frame,
				       struct argonet_frame *frame,
				       enum argonet_bad *why)
{
	struct argonet_record record;
	u32 at = *pos, len;

	if (at && at >= msg->len)
		return ARGONET_FOUND_END;
	*pos = U32_MAX;
	*why = ARGONET_BAD_LENGTH;
	if (msg->len - at < sizeof(record))
		return ARGONET_FOUND_BAD;
	argo_message_copy(msg, at, &record, sizeof(record));
	at += sizeof(record);

	len = le32_to_cpu(record.len);
	if (len < ETH_HLEN || len > max_frame || len > msg->len - at)
		return ARGONET_FOUND_BAD;
	*pos = ALIGN(at + len, ARGONET_RECORD_ALIGN);
	if (record.reserved) {
		*why = ARGONET_BAD_RESERVED;
		return ARGONET_FOUND_BAD;
	}

	frame->offset = at;
	frame->len = len;
	frame->offload = record.offload;
	return argonet_offload_check(&record.offload, len, offered, why) ?
	       ARGONET_FOUND_FRAME : ARGONET_FOUND_BAD;
}
