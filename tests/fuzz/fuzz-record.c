// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DATA message on its way through a ring: out of it by the cursor, apart by
 * the record reader. The frames have to be those that the model finds, lie
 * within the message, and respect what the peer was told.
 */
#include "fuzz.h"
#include "record_model.h"
#include "xen_model.h"

#define MOST	1024
#define LONG	65558	/* longer frames are only for those who offered it */

static u8 payload[MOST + LONG];

/* At any place of a ring as small as can be: it may wrap. */
static void through_ring(u32 len, u32 offered, u32 max_frame)
{
	const u32 ring = xen_slots(len) + 16 + 16 * below(8);
	struct argo_message m;
	struct xen_model xen;
	struct argo_cursor c;

	xen_create(&xen, max(ring, 48u));
	argo_cursor_init(&c, xen.ring, xen.len, len);
	c.rx = 16 * below(xen.len / 16);
	c.published = c.rx;
	xen.ring->rx_ptr = c.rx;
	xen_set_tx(&xen, c.rx);
	expect(xen_send(&xen, 0, 0, 0, payload, len) &&
	       argo_cursor_next(&c, &m) == 1 && m.len == len, "%u bytes", len);
	check_walk(&m, payload, offered, max_frame);
	xen_destroy(&xen);
}

/* In two pieces cut anywhere, and nothing around them */
static void in_pieces(u32 len, u32 split, u32 offered, u32 max_frame)
{
	struct argo_message m;

	message_create(&m, payload, len, split % (len + 1));
	check_walk(&m, payload, offered, max_frame);
	message_destroy(&m);
}

void fuzz_one(void)
{
	/* Nothing else goes without checksums. */
	const u32 offered = one_in(8) ? 0 : below(ALL + 1) | ARGONET_F_CSUM;
	const u32 max_frame = one_in(4) ? LONG - 64 + below(0x1000) : below(0x10100);
	const u32 split = below(0x10000), pieces = one_in(4);
	u32 len = 0, i;

	if (one_in(8)) {
		/* As the bytes come */
		len = fuzz_take(payload, MOST);
	} else if (one_in(8)) {
		/* One frame, about as long as an ordinary one can be */
		memset(payload, 0, 16);
		fuzz_take(payload, 16);
		len = LONG - 64 + below(128);
		put(payload, len, 4);
		put(payload + 14, 0, 2);
		len += 16;
	} else {
		/* Heads from the input, frames of what is left in the buffer */
		for (i = 1 + below(12); i && len + 16 + 64 <= MOST; i--) {
			u32 frame = one_in(16) ? below(~0u) : below(64);

			if (fuzz_take(payload + len, 16) < 16)
				break;
			put(payload + len, frame, 4);
			if (below(8))
				put(payload + len + 14, 0, 2);
			len = ALIGN(len + 16 + min(frame, 64u), 16);
		}
		len -= min(len, below(17));
	}
	if (pieces)
		in_pieces(len, split, offered, max_frame);
	else
		through_ring(len, offered, max_frame);
}
