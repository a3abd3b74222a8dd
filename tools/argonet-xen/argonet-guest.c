// SPDX-License-Identifier: GPL-2.0-only
/*
 * argonet-guest: in a guest, make the interfaces that dom0 gave to it. See
 * argonetd(8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"

static const char usage[] = "usage: argonet-guest [--prefix NAME]\n";

int main(int argc, char **argv)
{
	struct link_role role = { .prefix = "argo" };

	if (argc == 3 && !strcmp(argv[1], "--prefix") && text_word(argv[2], IFNAMSIZ - 3)) {
		role.prefix = argv[2];
	} else if (argc != 1) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	return follow_run(role, NULL);
}
