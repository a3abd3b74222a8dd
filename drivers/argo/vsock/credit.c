// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credit: how much a peer may send to a socket, and when it is told that it may
 * send more.
 *
 * The kernel's code for virtio tells of credit whenever a reader has emptied its
 * socket. With programs that read as fast as others write, that is one message for
 * each packet. Here a peer is told once half of the buffer was read since it was
 * told last. Until then the peer may fill the other half of the buffer, less what is
 * unread. So a peer that waits for credit has left something to be read, and reading
 * it makes the credit due. Every packet that is sent for another reason carries the
 * credit, too.
 *
 * A reader may wait for more bytes than the peer may send: then the peer is told
 * before the reader sleeps.
 */
#include "vsock-argo.h"

/*
 * Bytes that a stream's peer may send before it has to wait for credit. A writer and a
 * reader on the same CPU take turns, and each turn moves at most so many bytes, so a
 * larger buffer means fewer switches.
 */
#define VSOCK_ARGO_BUFFER	SZ_2M

/*
 * How many sockets have a buffer of that size. All others have the default of the vsock
 * core and are slower. The limit bounds the memory of this domain that peers can fill.
 */
#define VSOCK_ARGO_BUFFERS	32

/* The vsock core's default, which no header has */
#define VSOCK_ARGO_BUFFER_DEFAULT	SZ_256K

static atomic_t vsock_argo_buffers = ATOMIC_INIT(0);

/*
 * Only VMCI's transport uses these two fields of struct vsock_sock, for its datagrams.
 * The code for virtio leaves a transport no other room for data of its own. A socket of
 * this transport keeps there the count that its peer was told last, and whether the
 * socket has a larger buffer. The code for virtio keeps that count, too, but writes it
 * before the packet is sent, and even if the packet is never sent.
 */
static u32 *vsock_argo_told(struct vsock_sock *vsk)
{
	return &vsk->cached_peer;
}

static bool *vsock_argo_has_buffer(struct vsock_sock *vsk)
{
	return &vsk->cached_peer_allow_dgram;
}

/* Bytes that were read and that the peer does not know of */
static u32 vsock_argo_untold(struct vsock_sock *vsk)
{
	const struct virtio_vsock_sock *vvs = vsk->trans;

	return READ_ONCE(vvs->fwd_cnt) - READ_ONCE(*vsock_argo_told(vsk));
}

/*
 * Must the peer be told of credit now? If not, the peer may still send half of the
 * buffer, and enough to wake the reader.
 */
static bool vsock_argo_credit_due(struct vsock_sock *vsk)
{
	const struct virtio_vsock_sock *vvs = vsk->trans;
	u32 all = READ_ONCE(vvs->buf_alloc), untold = vsock_argo_untold(vsk);

	return untold && (untold >= all / 2 ||
			  untold > all - min_t(u32, all, sk_vsock(vsk)->sk_rcvlowat));
}

/**
 * vsock_argo_credit_spared() - can the peer do without a packet?
 * @skb: packet
 *
 * A seqpacket socket is read when a message is complete. Its peer may be in the
 * middle of one, so it is always told.
 *
 * Context: process; the socket is locked.
 * Return: true if @skb carries only credit, and the credit is not due
 */
bool vsock_argo_credit_spared(struct sk_buff *skb)
{
	const struct virtio_vsock_hdr *hdr = virtio_vsock_hdr(skb);

	return le16_to_cpu(hdr->op) == VIRTIO_VSOCK_OP_CREDIT_UPDATE &&
	       le16_to_cpu(hdr->type) == VIRTIO_VSOCK_TYPE_STREAM &&
	       skb->sk && vsock_sk(skb->sk)->trans &&
	       !vsock_argo_credit_due(vsock_sk(skb->sk));
}

/**
 * vsock_argo_credit_sent() - a packet of a socket tells the peer of its credit
 * @sk: socket, which may be a listener
 * @fwd_cnt: what the packet says that was read
 *
 * Context: process; the socket is locked.
 */
void vsock_argo_credit_sent(struct sock *sk, u32 fwd_cnt)
{
	WRITE_ONCE(*vsock_argo_told(vsock_sk(sk)), fwd_cnt);
}

/* The code for virtio has no other function that sends credit. */
static void vsock_argo_tell_credit(struct vsock_sock *vsk)
{
	const struct virtio_vsock_sock *vvs = vsk->trans;
	u64 size = vvs->buf_alloc;

	if (sk_vsock(vsk)->sk_type == SOCK_STREAM && vsock_argo_credit_due(vsk))
		virtio_transport_notify_buffer_size(vsk, &size);
}

ssize_t vsock_argo_stream_dequeue(struct vsock_sock *vsk, struct msghdr *msg, size_t len,
				  int flags)
{
	ssize_t ret = virtio_transport_stream_dequeue(vsk, msg, len, flags);

	/* The code for virtio tells the peer only when a reader has emptied its socket. */
	vsock_argo_tell_credit(vsk);
	return ret;
}

int vsock_argo_notify_recv_pre_block(struct vsock_sock *vsk, size_t target,
				     struct vsock_transport_recv_notify_data *data)
{
	vsock_argo_tell_credit(vsk);
	return virtio_transport_notify_recv_pre_block(vsk, target, data);
}

int vsock_argo_notify_poll_in(struct vsock_sock *vsk, size_t target, bool *ready)
{
	vsock_argo_tell_credit(vsk);
	return virtio_transport_notify_poll_in(vsk, target, ready);
}

/* The peer must learn the new size even if nothing was read: the credit is made due. */
void vsock_argo_notify_buffer_size(struct vsock_sock *vsk, u64 *size)
{
	const struct virtio_vsock_sock *vvs = vsk->trans;

	WRITE_ONCE(*vsock_argo_told(vsk), vvs->fwd_cnt - U32_MAX / 2);
	virtio_transport_notify_buffer_size(vsk, size);
}

static void vsock_argo_put_buffer(struct vsock_sock *vsk)
{
	if (!*vsock_argo_has_buffer(vsk))
		return;
	*vsock_argo_has_buffer(vsk) = false;
	/* The next transport of the socket may not want so much. */
	if (vsk->buffer_size == VSOCK_ARGO_BUFFER)
		vsk->buffer_size = VSOCK_ARGO_BUFFER_DEFAULT;
	atomic_dec(&vsock_argo_buffers);
}

/* A program that asked for a size gets that size. */
static void vsock_argo_get_buffer(struct vsock_sock *vsk)
{
	if (sk_vsock(vsk)->sk_type != SOCK_STREAM ||
	    vsk->buffer_size != VSOCK_ARGO_BUFFER_DEFAULT ||
	    !atomic_add_unless(&vsock_argo_buffers, 1, VSOCK_ARGO_BUFFERS))
		return;
	*vsock_argo_has_buffer(vsk) = true;
	vsk->buffer_size = VSOCK_ARGO_BUFFER;
}

int vsock_argo_socket_init(struct vsock_sock *vsk, struct vsock_sock *psk)
{
	int ret;

	*vsock_argo_has_buffer(vsk) = false;
	*vsock_argo_told(vsk) = 0;
	vsock_argo_get_buffer(vsk);
	ret = virtio_transport_do_socket_init(vsk, psk);
	if (ret)
		vsock_argo_put_buffer(vsk);
	return ret;
}

void vsock_argo_socket_destruct(struct vsock_sock *vsk)
{
	vsock_argo_put_buffer(vsk);
	virtio_transport_destruct(vsk);
}
