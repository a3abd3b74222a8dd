// SPDX-License-Identifier: GPL-2.0-only
/*
 * The traffic that "make bench" measures, in fixed amounts, with marks for the
 * plugin around exactly the part that counts.
 *
 *   flow serve                                  the other end of all below
 *   flow tcp LABEL ADDRESS BYTES FLOWS          streams to there
 *   flow sendfile LABEL ADDRESS BYTES FLOWS     the same, from a file's pages
 *   flow bidir LABEL ADDRESS BYTES              one stream each way at once
 *   flow rr LABEL ADDRESS COUNT                 one byte there and back, TCP
 *   flow ping LABEL ADDRESS COUNT               ICMP echo, one after the other
 *   flow udp LABEL ADDRESS COUNT SIZE BURST US  datagrams, a pause after each burst
 *   flow vserve                                 the other end of the next two
 *   flow vsock LABEL CID BYTES                  a stream over AF_VSOCK, writes of 64 KiB
 *   flow vsockrr LABEL CID COUNT                64 bytes there and back, the same way
 *   flow latency LABEL ADDRESS COUNT FLOWS PACE ICMP echoes beside streams of PACE
 *                                               bytes per 100 ms, or 0: what they can
 *   flow hold WHAT ADDRESS                      somebody who keeps what he receives
 *   flow pinned LABEL ADDRESS ROUNDS            datagrams nobody reads
 *   flow run LABEL UNIT AMOUNT PROGRAM...       a program that does as much
 *
 * The end's mark tells what really arrived and how long it took. Static, so that
 * it runs in any domain.
 */
#include <err.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow.h"

static void run(const char *unit, uint64_t amount, char **argv)
{
	int status;

	begin();
	if (!fork()) {
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	wait(&status);
	if (status)
		errx(1, "%s failed", argv[0]);
	end(unit, amount);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	phase = argc > 2 ? argv[2] : "";
	if (!strcmp(what, "serve") && argc == 2)
		serve();
	else if (!strcmp(what, "tcp") && argc == 6)
		tcp(argv[3], to_number(argv[4]), to_number(argv[5]));
	else if (!strcmp(what, "sendfile") && argc == 6)
		tcp_of_file(argv[3], to_number(argv[4]), to_number(argv[5]));
	else if (!strcmp(what, "bidir") && argc == 5)
		bidir(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "rr") && argc == 5)
		rr(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "ping") && argc == 5)
		ping(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "udp") && argc == 8)
		udp(argv[3], to_number(argv[4]), to_number(argv[5]),
		    to_number(argv[6]), to_number(argv[7]));
	else if (!strcmp(what, "vserve") && argc == 2)
		vsock_serve();
	else if (!strcmp(what, "vsock") && argc == 5)
		vsock_stream(to_number(argv[3]), to_number(argv[4]));
	else if (!strcmp(what, "vsockrr") && argc == 5)
		vsock_rr(to_number(argv[3]), to_number(argv[4]));
	else if (!strcmp(what, "latency") && argc == 7)
		latency(argv[3], to_number(argv[4]), to_number(argv[5]), to_number(argv[6]));
	else if (!strcmp(what, "hold") && argc == 4)
		hold(argv[2], argv[3]);
	else if (!strcmp(what, "pinned") && argc == 5)
		pinned(argv[3], to_number(argv[4]));
	else if (!strcmp(what, "run") && argc > 5)
		run(argv[3], to_number(argv[4]), argv + 5);
	else
		errx(2, "usage: see the top of main.c");
	return 0;
}
