/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One end of a link, and a peer that says and reads just what it is told to, as
 * docs/protocol.md has it.
 */
#ifndef _SIM_OTHER_H
#define _SIM_OTHER_H

#include "line.h"

#define MINE	0x100
#define ITS	0x200
#define HELLO	ARGONET_TYPE(ARGONET_KIND_HELLO)
#define BYE	ARGONET_TYPE(ARGONET_KIND_BYE)
#define DATA	ARGONET_TYPE(ARGONET_KIND_DATA)

/**
 * struct other - the peer
 * @session: its
 * @seen: the other one's, as last told
 * @asked: its own, as the other one knew it then
 * @features: what it offers
 * @offload: what it asks for with a frame
 * @hellos: how many it read
 * @frames: the same
 */
extern struct other {
	u64 session, seen, asked;
	u32 features;
	struct virtio_net_hdr offload;
	unsigned int hellos, frames;
} other;

extern struct line_end end;
extern size_t bytes_before;

void other_opens(void);
void other_closes(void);
void other_reads(void);
void other_hello(u64 peer_session, bool up);
void other_bye(void);
/* Return: whether the frame was taken */
bool other_frame(u32 len);
void end_begin(u32 ring_size, bool open);
void end_finish(void);
void end_connect(u32 ring_size);
int named_again(void);

/* phases.c */
void phases_are_as_drawn(void);

#endif /* _SIM_OTHER_H */
