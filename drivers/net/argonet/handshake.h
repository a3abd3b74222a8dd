/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARGONET_HANDSHAKE_H
#define _ARGONET_HANDSHAKE_H

#include "wire.h"

/**
 * struct argonet_params - one side of a link, as told to the other
 * @version: protocol version; in the peer's parameters the one that both speak
 * @features: ARGONET_F_* it can receive
 * @max_frame: largest frame it takes
 * @max_message: largest message it takes
 * @queues: rings it receives on
 * @ring_size: bytes of each
 *
 * memcmp() compares them, so this has no holes.
 */
struct argonet_params {
	__u32 version;
	__u32 features;
	__u32 max_frame;
	__u32 max_message;
	__u32 queues;
	__u32 ring_size;
};

/**
 * struct argonet_handshake - what both sides know of each other
 * @session: session of this side
 * @peer_session: session of the peer; 0 if none was seen, or it ended
 * @acked: the peer has seen @session
 * @peer: parameters that the peer told
 */
struct argonet_handshake {
	__u64 session;
	__u64 peer_session;
	bool acked;
	struct argonet_params peer;
};

/* What has to be done about a message of the peer */
#define ARGONET_HS_REPLY	0x1	/* send a HELLO */
#define ARGONET_HS_DOWN		0x2	/* the link was up and is not any more */
#define ARGONET_HS_UP		0x4	/* the link can go up */
#define ARGONET_HS_CHANGED	0x8	/* the peer's parameters differ */

void argonet_handshake_start(struct argonet_handshake *hs, __u64 session);
bool argonet_handshake_up(const struct argonet_handshake *hs);
int argonet_handshake_hello(struct argonet_handshake *hs,
			    const struct argonet_hello *hello, __u32 len);
int argonet_handshake_bye(struct argonet_handshake *hs,
			  const struct argonet_bye *bye, __u32 len);
void argonet_handshake_fill(const struct argonet_handshake *hs,
			    const struct argonet_params *own, bool up,
			    struct argonet_hello *hello);

#endif /* _ARGONET_HANDSHAKE_H */
