/* SPDX-License-Identifier: GPL-2.0-only */
/* Constants that the virtio headers of older kernels lack. Not for mainline. */
#ifndef _ARGONET_COMPAT_UAPI_H
#define _ARGONET_COMPAT_UAPI_H

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#define ARGONET_NO_VIRTIO_USO
#endif

#endif /* _ARGONET_COMPAT_UAPI_H */
