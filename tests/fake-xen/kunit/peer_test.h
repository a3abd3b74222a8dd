/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device under test, and its peer played by the test.
 */
#ifndef _PEER_TEST_H
#define _PEER_TEST_H

#include <kunit/test.h>

#include "argonet.h"
#include "fake.h"

#define ME		fake.local
#define PEER		2
#define NET_PORT	ARGONET_DEFAULT_PORT
#define DEV_RING	(256 * 1024)
#define PEER_RING	(64 * 1024 - 64)
#define BUF_SIZE	(512 * 1024)
#define PATIENCE	15000 /* milliseconds */

/**
 * struct peer - both ends
 * @dev: the device
 * @an: its private part
 * @got: frames that the device gave to the stack, if @capture
 * @capture: whether to keep them from it
 * @session: of the peer
 * @seen: the device's, as last told
 * @told: what the device said of itself last
 * @hellos: how often
 * @byes: messages that ended a session
 * @frames: frames of the device
 * @shortest: of these, in bytes
 * @mute: answer nothing
 * @deaf: read nothing
 * @max_frame: what the peer says it takes
 * @features: what it offers
 * @buf: for messages to be sent
 * @in: for messages read
 */
struct peer {
	struct net_device *dev;
	struct argonet *an;
	struct sk_buff_head got;
	bool capture;
	u64 session;
	u64 seen;
	struct argonet_hello told;
	unsigned int hellos;
	unsigned int byes;
	unsigned int frames;
	u32 shortest;
	bool mute;
	bool deaf;
	u32 max_frame;
	u32 features;
	u8 *buf;
	u8 *in;
};

/* What the device counted on queue 0 */
struct counts {
	u64 messages, packets, dropped;
	u64 bad[ARGONET_BAD_REASONS];
};

extern struct peer peer;

int peer_open(struct kunit *test);
void peer_close(struct kunit *test);
struct net_device *peer_new_link(u16 domid, const char *name, u32 value);
int peer_change_link(u16 type, u32 value);
void peer_del_link(struct net_device *dev);

struct argonet_hello peer_hello(bool up);
int peer_send(u32 type, const void *buf, u32 len);
int peer_send_hello(bool up);
void peer_pump(unsigned int ms);
bool peer_reaches(enum argonet_state state);
struct counts peer_counts(void);
bool peer_read_by_device(u64 messages);
bool peer_settles(void);

u32 peer_frame(u32 at, u32 len, u16 ethertype);
int peer_send_frame(u32 len);
bool peer_frame_is_whole(u32 len);
bool peer_frame_passes(u32 len);
void peer_forget_frames(void);

#endif /* _PEER_TEST_H */
