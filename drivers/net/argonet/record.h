/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGONET_RECORD_H
#define _ARGONET_RECORD_H

#include "wire.h"

/**
 * enum argonet_bad - why something the peer sent was dropped
 * @ARGONET_BAD_KIND: message of an unknown kind or version, or not of argonet
 * @ARGONET_BAD_LENGTH: a record or frame does not fit, or is too short or too long
 * @ARGONET_BAD_RESERVED: reserved bits are set
 * @ARGONET_BAD_OFFLOAD: invalid checksum or segmentation request
 * @ARGONET_BAD_UNOFFERED: valid request that this side did not offer
 * @ARGONET_BAD_HANDSHAKE: invalid HELLO or BYE
 * @ARGONET_BAD_EARLY: a frame while the link is not up
 * @ARGONET_BAD_REASONS: number of reasons
 */
enum argonet_bad {
	ARGONET_BAD_KIND,
	ARGONET_BAD_LENGTH,
	ARGONET_BAD_RESERVED,
	ARGONET_BAD_OFFLOAD,
	ARGONET_BAD_UNOFFERED,
	ARGONET_BAD_HANDSHAKE,
	ARGONET_BAD_EARLY,
	ARGONET_BAD_REASONS
};

/**
 * struct argonet_frame - one frame of a DATA message
 * @offset: where it starts in the payload of the message
 * @len: its bytes
 * @offload: its checksum and segmentation request, checked and allowed
 */
struct argonet_frame {
	__u32 offset;
	__u32 len;
	struct virtio_net_hdr offload;
};

/**
 * enum argonet_found - what argonet_record_next() found in a DATA message
 * @ARGONET_FOUND_END: the end of the message
 * @ARGONET_FOUND_FRAME: a frame
 * @ARGONET_FOUND_BAD: something that must be dropped
 */
enum argonet_found {
	ARGONET_FOUND_END,
	ARGONET_FOUND_FRAME,
	ARGONET_FOUND_BAD,
};

enum argonet_found argonet_record_next(const struct argo_message *msg, __u32 *pos,
				       __u32 offered, __u32 max_frame,
				       struct argonet_frame *frame,
				       enum argonet_bad *why);

#endif /* _ARGONET_RECORD_H */
