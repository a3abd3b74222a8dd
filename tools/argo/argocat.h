/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGOCAT_H
#define ARGOCAT_H

#include <argo.h>

/* Types of its messages: the first word of each */
#define ARGOCAT_DATA	0x63617400	/* bytes of a stream, or a datagram */
#define ARGOCAT_END	0x63617401	/* there will be no more */

/**
 * struct argocat - what was asked for
 * @listen: wait for the first message, and answer its sender
 * @datagram: messages have no end
 * @verbose: say what happens
 * @size: longest message that is sent
 * @in_size: longest that can be received
 * @quiet: nothing is to be sent
 * @wait: seconds of silence after which to end; 0 for ever
 * @peer: who the messages go to
 * @known: that is known
 */
struct argocat {
	int listen;
	int datagram;
	int verbose;
	size_t size;
	size_t in_size;
	int quiet;
	int wait;
	struct argo_addr peer;
	int known;
};

int pump(struct argo *a, struct argocat *cat);

#endif /* ARGOCAT_H */
