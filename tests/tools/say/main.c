// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says to an argonet device what no driver would say, through argo-say.ko, and hears
 * what becomes of it.
 *
 *   say DOMID PEER-MAC OWN-MAC		does what the lines of stdin tell
 *   say hear DEVICE			counts frames received, says so at each SIGUSR1
 *   say frames DEVICE LENGTH...		sends frames of the local stack; prints of each
 *					"sent" or the error
 *
 * Lines; numbers as in C, those at the end may be left out, "#" begins a comment:
 *
 *   send TYPE [OPTION=VALUE...] [PART...]	a message; TYPE data, hello, bye, a number
 *   random SEED COUNT		frames with headers that lie, many in a message
 *   babble SEED COUNT		messages of any bytes
 *   flood SECONDS LENGTH	frames of this length, as fast as the peer takes them
 *   hellos COUNT		each asks for an answer
 *   register PORT LENGTH, unregister PORT
 *   rings SECONDS		have all that Xen allows for so long
 *   churn SECONDS PORT LENGTH	register and unregister a ring, as fast as it goes
 *   spin SECONDS		queries of as many rings as Xen answers at once
 *
 * Options: port= added to the link's own, from= source port, source= domid of the
 * sender, pieces=A,B,... lengths of all but the last one ("bad": without memory),
 * none=1 no piece at all, times=N, ports=1 another source port each time, want=ERROR.
 *
 * Parts: what a message consists of, one after the other:
 *   rec:FLAGS:GSO:SIZE:START:OFFSET:HDR:RESERVED	heads what follows up to the next
 *   lie:LENGTH		as rec, but claims another length
 *   eth:LENGTH		a frame that "hear" knows: any byte of it must be right
 *   head:TYPE:TO:FROM	an Ethernet header; addresses are peer, own or 12 digits
 *   ip4:LENGTH:WORDS:FRAGMENT:PROTOCOL:WRONG	an IPv4 header, with its checksum
 *   ip6:LENGTH:NEXT:HOPS	an IPv6 header
 *   sum6		the ICMPv6 checksum of what follows the IPv6 header
 *   hello:SESSION:FRAME:MESSAGE:FEATURES:FLAGS:MIN:MAX:QUEUES:RESERVED
 *   bye:SESSION:RESERVED
 *   x:HEX, zero:N, any:N (bytes), dirt (up to the next record, not zero)
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

uint16_t domid;
uint8_t peer_mac[6], own_mac[6];

static void do_line(char *line)
{
	uint64_t v[3] = { 0 };
	char *args = line, *word, *copy = strdup(line);
	unsigned int i;

	word = strsep(&args, " ");
	if (!strcmp(word, "send")) {
		send_line(args, copy);
		free(copy);
		return;
	}
	for (i = 0; i < 3 && args; i++)
		v[i] = strtoull(strsep(&args, " "), NULL, 0);
	if (!many(word, v))
		errx(2, "not understood: %s", copy);
	free(copy);
}

int main(int argc, char **argv)
{
	static char line[1 << 20];

	if (argc == 3 && !strcmp(argv[1], "hear")) {
		hear(argv[2]);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "frames")) {
		frames(argv[2], argv + 3);
		return 0;
	}
	if (argc != 4)
		errx(2, "usage: the source begins with it");
	domid = atoi(argv[1]);
	hex(argv[2], peer_mac, 6);
	hex(argv[3], own_mac, 6);
	open_device();
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "#\n")] = '\0';
		if (*line)
			do_line(line);
	}
	return 0;
}
