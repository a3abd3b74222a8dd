/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VSOCK_ARGO_PACKET_H
#define _VSOCK_ARGO_PACKET_H

#include <linux/virtio_vsock.h>

#include "wire.h"

int vsock_argo_packet_check(const struct virtio_vsock_hdr *hdr, __u32 len, __u32 cid);
__u32 vsock_argo_packet_piece(const struct virtio_vsock_hdr *hdr, __u32 at, __u32 most,
			      struct virtio_vsock_hdr *piece);

#endif /* _VSOCK_ARGO_PACKET_H */
