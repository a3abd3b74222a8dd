/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * argonet: Ethernet between Xen domains over Argo, netlink attributes.
 *
 * Nested in IFLA_INFO_DATA of a link of kind "argonet".
 */
#ifndef _UAPI_LINUX_ARGONET_H
#define _UAPI_LINUX_ARGONET_H

#include <linux/types.h>

/**
 * enum argonet_attr - attributes of an argonet link
 * @IFLA_ARGONET_UNSPEC: unused
 * @IFLA_ARGONET_PEER: u32, domid of the peer; absent in a dump while unbound
 * @IFLA_ARGONET_PORT: u32, local Argo port of queue 0; queue n uses port + n
 * @IFLA_ARGONET_PEER_PORT: u32, the peer's Argo port of queue 0
 * @IFLA_ARGONET_RING_SIZE: u32, bytes of receive ring memory per queue
 * @IFLA_ARGONET_QUEUES: u32, receive queues, each with a ring of its own
 * @IFLA_ARGONET_STATE: u32, read-only, &enum argonet_state
 * @IFLA_ARGONET_VERSION: u32, read-only, protocol version in use
 * @IFLA_ARGONET_FEATURES: u32, read-only, ARGONET_F_* offered to the peer
 * @IFLA_ARGONET_PEER_FEATURES: u32, read-only, ARGONET_F_* the peer offers
 * @IFLA_ARGONET_PEER_MAX_FRAME: u32, read-only, largest frame the peer takes
 * @IFLA_ARGONET_PEER_QUEUES: u32, read-only, receive queues of the peer
 * @IFLA_ARGONET_PEER_RING_SIZE: u32, read-only, bytes of each ring of the peer
 * @IFLA_ARGONET_REJOIN: u32, 1 if the link may join any domain that has the
 *	number of the peer, 0 (default) if it goes to ARGONET_STATE_GONE when the
 *	number may have changed hands
 *
 * The attributes that describe the peer are present only while the link is up.
 */
enum argonet_attr {
	IFLA_ARGONET_UNSPEC,
	IFLA_ARGONET_PEER,
	IFLA_ARGONET_PORT,
	IFLA_ARGONET_PEER_PORT,
	IFLA_ARGONET_RING_SIZE,
	IFLA_ARGONET_QUEUES,
	IFLA_ARGONET_STATE,
	IFLA_ARGONET_VERSION,
	IFLA_ARGONET_FEATURES,
	IFLA_ARGONET_PEER_FEATURES,
	IFLA_ARGONET_PEER_MAX_FRAME,
	IFLA_ARGONET_PEER_QUEUES,
	IFLA_ARGONET_PEER_RING_SIZE,
	IFLA_ARGONET_REJOIN,
	/* private: */
	__IFLA_ARGONET_MAX
};

#define IFLA_ARGONET_MAX (__IFLA_ARGONET_MAX - 1)

/**
 * enum argonet_state - state of an argonet link
 * @ARGONET_STATE_UNBOUND: no peer was named yet
 * @ARGONET_STATE_DOWN: a peer is named, the interface is administratively down
 * @ARGONET_STATE_CONNECTING: waiting for the peer to answer
 * @ARGONET_STATE_UP: both ends agreed, carrier is on
 * @ARGONET_STATE_STALLED: the peer stopped reading; carrier is off until it
 *	reads again
 * @ARGONET_STATE_GONE: the peer's domain does not exist any more, or this domain
 *	was restored from an image, so that the peer's number may belong to another
 *	domain. The link waits until its peer is named again, or until it is taken
 *	down and up.
 */
enum argonet_state {
	ARGONET_STATE_UNBOUND,
	ARGONET_STATE_DOWN,
	ARGONET_STATE_CONNECTING,
	ARGONET_STATE_UP,
	ARGONET_STATE_STALLED,
	ARGONET_STATE_GONE,
};

/* What a receiver can take; the same bits travel in the HELLO message. */
#define ARGONET_F_CSUM	(1U << 0)	/* frames with a partial checksum */
#define ARGONET_F_TSO4	(1U << 1)	/* unsegmented TCP over IPv4 */
#define ARGONET_F_TSO6	(1U << 2)	/* unsegmented TCP over IPv6 */
#define ARGONET_F_ECN	(1U << 3)	/* the two above with CWR set */
#define ARGONET_F_USO	(1U << 4)	/* unsegmented UDP */
#define ARGONET_F_BIG4	(1U << 5)	/* frames of TSO4 longer than 64 KiB */
#define ARGONET_F_BIG6	(1U << 6)	/* frames of TSO6 longer than 64 KiB */
#define ARGONET_F_ALL	((1U << 7) - 1)

#define ARGONET_MAX_QUEUES	16
#define ARGONET_DEFAULT_PORT	0x6e657400	/* "net", room for queues below */

#endif /* _UAPI_LINUX_ARGONET_H */
