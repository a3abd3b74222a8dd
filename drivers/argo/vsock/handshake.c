// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake as a pure state machine: an event in, things to do out.
 *
 * Each side may come first, or both at once, and any HELLO may be lost with the
 * ring it was in. So a side that is not up repeats its HELLO for as long as the
 * peer has a ring, and a side that is up answers every HELLO of one that is not.
 * No kernel dependency beyond types, for user space tests.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/byteorder.h>
#else
#include "kernel_shim.h"
#endif

#include "handshake.h"

/**
 * vsock_argo_hs_start() - our ring was registered: forget all, begin a session
 * @hs: handshake
 * @session: random, not 0
 */
void vsock_argo_hs_start(struct vsock_argo_handshake *hs, __u64 session)
{
	*hs = (struct vsock_argo_handshake) {
		.session = session,
		.retry = VSOCK_ARGO_RETRY_MIN,
	};
}

/**
 * vsock_argo_hs_up() - do both sides know of each other?
 * @hs: handshake
 *
 * Return: true if packets may be sent and are to be accepted.
 */
bool vsock_argo_hs_up(const struct vsock_argo_handshake *hs)
{
	return hs->acked && hs->peer_session;
}

/**
 * vsock_argo_hs_there() - the peer has a ring for us
 * @hs: handshake
 *
 * Return: VSOCK_ARGO_HS_* flags
 */
int vsock_argo_hs_there(struct vsock_argo_handshake *hs)
{
	hs->there = true;
	if (vsock_argo_hs_up(hs))
		return 0;
	hs->retry = VSOCK_ARGO_RETRY_MIN;
	return VSOCK_ARGO_HS_HELLO;
}

/**
 * vsock_argo_hs_gone() - the peer has no ring for us any more
 * @hs: handshake
 * @session: random, not 0; what is still unread of the peer is about the old one
 *
 * Return: VSOCK_ARGO_HS_* flags
 */
int vsock_argo_hs_gone(struct vsock_argo_handshake *hs, __u64 session)
{
	int todo = vsock_argo_hs_up(hs) ? VSOCK_ARGO_HS_DOWN : 0;

	vsock_argo_hs_start(hs, session);
	return todo;
}

static int vsock_argo_hello_check(const struct vsock_argo_hello *hello)
{
	unsigned int i;

	if (hello->version_min > hello->version_max || !hello->session ||
	    le16_to_cpu(hello->flags) & ~VSOCK_ARGO_HELLO_UP)
		return -EBADMSG;
	if (hello->version_min > VSOCK_ARGO_VERSION ||
	    hello->version_max < VSOCK_ARGO_VERSION)
		return -EPROTONOSUPPORT;
	for (i = 0; i < ARRAY_SIZE(hello->reserved); i++)
		if (hello->reserved[i])
			return -EBADMSG;
	/* A packet that its ring can never hold would never get its room. */
	if (le32_to_cpu(hello->max_message) < VSOCK_ARGO_MAX_PACKET)
		return -EMSGSIZE;
	return 0;
}

/**
 * vsock_argo_hs_hello() - the peer sent a HELLO
 * @hs: handshake
 * @hello: start of the message, readable in full
 * @len: length of the message, may be larger
 *
 * Return: VSOCK_ARGO_HS_* flags, or with nothing changed -EBADMSG if it makes no
 * sense, -EPROTONOSUPPORT if no version is common, -EMSGSIZE if the peer's ring
 * is too small.
 */
int vsock_argo_hs_hello(struct vsock_argo_handshake *hs,
			const struct vsock_argo_hello *hello, __u32 len)
{
	bool was_up = vsock_argo_hs_up(hs);
	__u64 session;
	int ret, todo = 0;

	if (len < sizeof(*hello))
		return -EBADMSG;
	ret = vsock_argo_hello_check(hello);
	if (ret)
		return ret;
	session = le64_to_cpu(hello->session);
	if (session == hs->session)
		return -EBADMSG;

	hs->there = true;
	hs->peer = (struct vsock_argo_params) {
		.features = le32_to_cpu(hello->features) & VSOCK_ARGO_F_ALL,
		.max_message = le32_to_cpu(hello->max_message),
		.ring_size = le32_to_cpu(hello->ring_size),
	};
	hs->acked = le64_to_cpu(hello->peer_session) == hs->session;
	if (session != hs->peer_session)
		todo |= VSOCK_ARGO_HS_HELLO;
	if (was_up && (session != hs->peer_session || !hs->acked))
		todo |= VSOCK_ARGO_HS_DOWN;
	if (hs->acked && (!was_up || session != hs->peer_session))
		todo |= VSOCK_ARGO_HS_UP;
	hs->peer_session = session;

	if (!(le16_to_cpu(hello->flags) & VSOCK_ARGO_HELLO_UP) || !hs->acked)
		todo |= VSOCK_ARGO_HS_HELLO;
	/* Who just came, or lost us, is worth a quick repetition. */
	if (todo)
		hs->retry = VSOCK_ARGO_RETRY_MIN;
	return todo;
}

/**
 * vsock_argo_hs_bye() - the peer sent a BYE
 * @hs: handshake
 * @bye: start of the message, readable in full
 * @len: length of the message, may be larger
 * @session: random, not 0; our next one
 *
 * Return: VSOCK_ARGO_HS_* flags, or -EBADMSG.
 */
int vsock_argo_hs_bye(struct vsock_argo_handshake *hs,
		      const struct vsock_argo_bye *bye, __u32 len, __u64 session)
{
	if (len < sizeof(*bye) || bye->reserved || !bye->session)
		return -EBADMSG;
	/* The end of a session that we know nothing of is no news. */
	if (le64_to_cpu(bye->session) != hs->peer_session)
		return 0;
	return vsock_argo_hs_gone(hs, session);
}

/**
 * vsock_argo_hs_delay() - when does the timer run?
 * @hs: handshake
 *
 * Return: milliseconds since the last HELLO, 0 if there is no need
 */
__u32 vsock_argo_hs_delay(const struct vsock_argo_handshake *hs)
{
	return hs->there && !vsock_argo_hs_up(hs) ? hs->retry : 0;
}

/**
 * vsock_argo_hs_timer() - the time of vsock_argo_hs_delay() is over
 * @hs: handshake
 *
 * Return: VSOCK_ARGO_HS_* flags
 */
int vsock_argo_hs_timer(struct vsock_argo_handshake *hs)
{
	if (!vsock_argo_hs_delay(hs))
		return 0;
	hs->retry = min_t(__u32, 2 * hs->retry, VSOCK_ARGO_RETRY_MAX);
	return VSOCK_ARGO_HS_HELLO;
}

/**
 * vsock_argo_hs_fill() - make a HELLO
 * @hs: handshake
 * @own: what we can receive
 * @hello: filled in
 */
void vsock_argo_hs_fill(const struct vsock_argo_handshake *hs,
			const struct vsock_argo_params *own,
			struct vsock_argo_hello *hello)
{
	*hello = (struct vsock_argo_hello) {
		.version_min = VSOCK_ARGO_VERSION,
		.version_max = VSOCK_ARGO_VERSION,
		.flags = cpu_to_le16(vsock_argo_hs_up(hs) ? VSOCK_ARGO_HELLO_UP : 0),
		.features = cpu_to_le32(own->features),
		.session = cpu_to_le64(hs->session),
		.peer_session = cpu_to_le64(hs->peer_session),
		.max_message = cpu_to_le32(own->max_message),
		.ring_size = cpu_to_le32(own->ring_size),
	};
}
