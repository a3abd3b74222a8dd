// SPDX-License-Identifier: GPL-2.0-only
/*
 * The header of a packet, which a peer wrote as it liked. Nothing here depends on
 * the kernel beyond types, for user space tests.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/byteorder.h>
#else
#include "kernel_shim.h"
#endif

#include "packet.h"

/**
 * vsock_argo_packet_check() - does a header make sense?
 * @hdr: the header, a copy that the peer cannot change any more
 * @len: bytes of payload that follow it, as Xen says
 * @cid: ours
 *
 * The source is not looked at: Xen knows it. Ports and credit are for the
 * kernel's code for virtio, which finds the socket.
 *
 * Return: 0, -EMSGSIZE if a length is wrong, -EBADMSG if another field is.
 */
int vsock_argo_packet_check(const struct virtio_vsock_hdr *hdr, __u32 len, __u32 cid)
{
	__u16 type = le16_to_cpu(hdr->type), op = le16_to_cpu(hdr->op);

	if (le32_to_cpu(hdr->len) != len || len > VSOCK_ARGO_MAX_PAYLOAD)
		return -EMSGSIZE;
	if (le64_to_cpu(hdr->dst_cid) != cid)
		return -EBADMSG;
	if (!type || type > VSOCK_ARGO_TYPE_DGRAM)
		return -EBADMSG;
	if (!op || op > VIRTIO_VSOCK_OP_CREDIT_REQUEST)
		return -EBADMSG;
	/* Nothing else carries data, and a datagram is nothing else. */
	if ((len || type == VSOCK_ARGO_TYPE_DGRAM) && op != VIRTIO_VSOCK_OP_RW)
		return -EBADMSG;
	return 0;
}

/**
 * vsock_argo_packet_piece() - cut a packet into packets
 * @hdr: its header, which passed vsock_argo_packet_check()
 * @at: first byte of payload of the piece
 * @most: how many bytes a piece may have
 * @piece: its header, filled in. It ends a message only if it is the last one.
 *
 * Return: bytes of payload of the piece
 */
__u32 vsock_argo_packet_piece(const struct virtio_vsock_hdr *hdr, __u32 at, __u32 most,
			      struct virtio_vsock_hdr *piece)
{
	__u32 left = le32_to_cpu(hdr->len) - at, len = min(left, most);

	*piece = *hdr;
	piece->len = cpu_to_le32(len);
	if (len < left)
		piece->flags &= ~cpu_to_le32(VIRTIO_VSOCK_SEQ_EOM | VIRTIO_VSOCK_SEQ_EOR);
	return len;
}
