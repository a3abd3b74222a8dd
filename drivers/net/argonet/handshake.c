// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake as a state machine without side effects. Each message of the peer
 * changes the state and tells the caller what to do.
 *
 * The link is up when each side knows that the other has seen its session. The code
 * needs nothing of the kernel but types, so programs can test and fuzz it.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <uapi/linux/argonet.h>
#include <asm/byteorder.h>
#else
#include "kernel_shim.h"
#include <linux/argonet.h>
#endif

#include "handshake.h"

/**
 * argonet_handshake_start() - forget the peer and begin a session
 * @hs: handshake
 * @session: random, not 0
 */
void argonet_handshake_start(struct argonet_handshake *hs, u64 session)
{
	*hs = (struct argonet_handshake) { .session = session };
}

/**
 * argonet_handshake_up() - tell whether both sides know each other's session
 * @hs: handshake
 *
 * Return: true if this side may send frames, and has to accept them
 */
bool argonet_handshake_up(const struct argonet_handshake *hs)
{
	return hs->acked && hs->peer_session;
}

static int argonet_hello_params(const struct argonet_hello *hello,
				struct argonet_params *params)
{
	u32 features = le32_to_cpu(hello->features) & ARGONET_F_ALL;
	unsigned int i;

	if (hello->version_min > hello->version_max)
		return -EBADMSG;
	if (hello->version_min > ARGONET_VERSION ||
	    hello->version_max < ARGONET_VERSION)
		return -EPROTONOSUPPORT;
	if (le16_to_cpu(hello->flags) & ~ARGONET_HELLO_UP)
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(hello->reserved); i++)
		if (hello->reserved[i])
			return -EBADMSG;
	if (!hello->session)
		return -EBADMSG;

	/* Unsegmented frames have unfinished checksums, so all features need CSUM. */
	if (!(features & ARGONET_F_CSUM))
		features = 0;

	*params = (struct argonet_params) {
		.version = ARGONET_VERSION,
		.features = features,
		.max_frame = min_t(u32, le32_to_cpu(hello->max_frame),
				   ARGONET_MAX_BIG_FRAME),
		.max_message = le32_to_cpu(hello->max_message),
		.queues = min_t(u32, le32_to_cpu(hello->queues),
				ARGONET_MAX_QUEUES),
		.ring_size = le32_to_cpu(hello->ring_size),
	};
	if (params->max_frame < ARGONET_MIN_FRAME || !params->queues ||
	    params->max_message < params->max_frame + sizeof(struct argonet_record))
		return -EBADMSG;
	return 0;
}

/**
 * argonet_handshake_hello() - act on a HELLO of the peer
 * @hs: handshake
 * @hello: start of the message, readable in full
 * @len: length of the message, may be larger
 *
 * Return: ARGONET_HS_* flags; -EBADMSG if the message makes no sense, or
 * -EPROTONOSUPPORT if the sides have no version in common. After an error the state is
 * as before.
 */
int argonet_handshake_hello(struct argonet_handshake *hs,
			    const struct argonet_hello *hello, u32 len)
{
	bool was_up = argonet_handshake_up(hs);
	struct argonet_params peer;
	int ret, todo = 0;

	if (len < sizeof(*hello))
		return -EBADMSG;
	ret = argonet_hello_params(hello, &peer);
	if (ret)
		return ret;
	/* The user linked the device to itself, so this is our own HELLO. */
	if (le64_to_cpu(hello->session) == hs->session)
		return -EBADMSG;

	if (memcmp(&peer, &hs->peer, sizeof(peer)))
		todo |= ARGONET_HS_CHANGED;
	hs->peer = peer;

	if (le64_to_cpu(hello->session) != hs->peer_session) {
		hs->peer_session = le64_to_cpu(hello->session);
		todo |= ARGONET_HS_REPLY;
		if (was_up)
			todo |= ARGONET_HS_DOWN;
		was_up = false;
	}
	hs->acked = le64_to_cpu(hello->peer_session) == hs->session;

	if (!(le16_to_cpu(hello->flags) & ARGONET_HELLO_UP) || !hs->acked)
		todo |= ARGONET_HS_REPLY;
	if (was_up && !hs->acked)
		todo |= ARGONET_HS_DOWN;
	if (!was_up && hs->acked)
		todo |= ARGONET_HS_UP;
	return todo;
}

/**
 * argonet_handshake_bye() - act on a BYE of the peer
 * @hs: handshake
 * @bye: start of the message, readable in full
 * @len: length of the message, may be larger
 *
 * Return: ARGONET_HS_* flags, or -EBADMSG.
 */
int argonet_handshake_bye(struct argonet_handshake *hs,
			  const struct argonet_bye *bye, u32 len)
{
	bool was_up = argonet_handshake_up(hs);

	if (len < sizeof(*bye) || bye->reserved || !bye->session)
		return -EBADMSG;
	/* The BYE ends a session that is over, or that this side never saw. */
	if (le64_to_cpu(bye->session) != hs->peer_session)
		return 0;
	hs->peer_session = 0;
	hs->acked = false;
	return was_up ? ARGONET_HS_DOWN : 0;
}

/**
 * argonet_handshake_fill() - make a HELLO
 * @hs: handshake
 * @own: what this side can receive
 * @up: this side needs no answer
 * @hello: filled in
 */
void argonet_handshake_fill(const struct argonet_handshake *hs,
			    const struct argonet_params *own, bool up,
			    struct argonet_hello *hello)
{
	*hello = (struct argonet_hello) {
		.version_min = ARGONET_VERSION,
		.version_max = ARGONET_VERSION,
		.flags = cpu_to_le16(up ? ARGONET_HELLO_UP : 0),
		.features = cpu_to_le32(own->features),
		.session = cpu_to_le64(hs->session),
		.peer_session = cpu_to_le64(hs->peer_session),
		.max_frame = cpu_to_le32(own->max_frame),
		.max_message = cpu_to_le32(own->max_message),
		.queues = cpu_to_le32(own->queues),
		.ring_size = cpu_to_le32(own->ring_size),
	};
}
