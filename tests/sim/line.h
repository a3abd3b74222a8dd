/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two argonet devices in one domain that are each other's peer, or one of them
 * and a peer that is played by the test.
 */
#ifndef _SIM_LINE_H
#define _SIM_LINE_H

#include "world.h"
#include "argonet.h"

/* Everything of a history that both ends go through */
extern struct lines {
	unsigned int lose;	/* percent of HELLO and BYE that never arrive */
	bool reliable;		/* all do */
	bool lossy;		/* some never did */
	bool liar;		/* old ones may come again */
	bool replayed;		/* and did */
	bool mute;		/* no BYE is sent */
	bool no_memory;		/* for what a queue needs */
	bool stranger;		/* whoever asks has no privilege */
} lines;

/**
 * struct line_end - an argonet device
 * @dev: what the network core has of it
 * @an: what the driver has
 * @sent: frames that went into the peer's ring
 * @got: frames that the driver took for good
 * @carried: the peer's session for which carrier came
 */
struct line_end {
	struct net_device dev;
	struct argonet an;
	unsigned long sent, got;
	u64 carried;
};

/* frames.c */
void frame_send(struct argonet_queue *q, u32 len);

/* line.c */
void end_add(struct line_end *end, const struct argonet_config *config);
void end_del(struct line_end *end);
int end_up(struct line_end *end);
void end_down(struct line_end *end);
void end_rings_vanish(struct line_end *end);
/* As a machine that is switched off: nobody hears of it */
void end_crash(struct line_end *end);
int end_configure(struct line_end *end, const struct argonet_config *config,
		  bool peer_named);
bool end_is_up(const struct line_end *end);
/* Return: bytes of memory in use, for line_stop(), which wants as many */
size_t line_start(void);
void line_stop(size_t bytes);

#endif /* _SIM_LINE_H */
