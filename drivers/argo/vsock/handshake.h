/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VSOCK_ARGO_HANDSHAKE_H
#define _VSOCK_ARGO_HANDSHAKE_H

#include "wire.h"

/* Milliseconds between HELLOs to a peer that is there and does not answer */
#define VSOCK_ARGO_RETRY_MIN	20
#define VSOCK_ARGO_RETRY_MAX	1000

/**
 * struct vsock_argo_params - one side, as told to the other
 * @features: VSOCK_ARGO_F_* it can receive
 * @max_message: largest message its ring can hold
 * @ring_size: bytes of the ring
 */
struct vsock_argo_params {
	__u32 features;
	__u32 max_message;
	__u32 ring_size;
};

/**
 * struct vsock_argo_handshake - what both sides know of each other
 * @session: ours
 * @peer_session: the peer's, 0 if not seen or ended
 * @acked: the peer has seen ours
 * @there: the peer has a ring for us, as far as we know
 * @retry: milliseconds until the next HELLO, while it is there and not up
 * @peer: what the peer told
 */
struct vsock_argo_handshake {
	__u64 session;
	__u64 peer_session;
	bool acked;
	bool there;
	__u32 retry;
	struct vsock_argo_params peer;
};

/* What has to be done about an event, in this order */
#define VSOCK_ARGO_HS_DOWN	0x1	/* it was up: all connections are over */
#define VSOCK_ARGO_HS_HELLO	0x2	/* send a HELLO, before any packet */
#define VSOCK_ARGO_HS_UP	0x4	/* packets may be sent and are taken */

void vsock_argo_hs_start(struct vsock_argo_handshake *hs, __u64 session);
bool vsock_argo_hs_up(const struct vsock_argo_handshake *hs);
int vsock_argo_hs_there(struct vsock_argo_handshake *hs);
int vsock_argo_hs_gone(struct vsock_argo_handshake *hs, __u64 session);
int vsock_argo_hs_hello(struct vsock_argo_handshake *hs,
			const struct vsock_argo_hello *hello, __u32 len);
int vsock_argo_hs_bye(struct vsock_argo_handshake *hs,
		      const struct vsock_argo_bye *bye, __u32 len, __u64 session);
__u32 vsock_argo_hs_delay(const struct vsock_argo_handshake *hs);
int vsock_argo_hs_timer(struct vsock_argo_handshake *hs);
void vsock_argo_hs_fill(const struct vsock_argo_handshake *hs,
			const struct vsock_argo_params *own,
			struct vsock_argo_hello *hello);

#endif /* _VSOCK_ARGO_HANDSHAKE_H */
