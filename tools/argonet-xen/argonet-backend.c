// SPDX-License-Identifier: GPL-2.0-only
/*
 * argonet-backend: in a network VM or dom0, have a port for each guest that dom0
 * gave to it. See argonetd(8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"

static const char usage[] = "usage: argonet-backend [--prefix NAME] [--scripts FOLDER]\n";

int main(int argc, char **argv)
{
	struct link_role role = { .backend = true, .prefix = "argo" };
	const char *scripts = "/etc/xen/scripts";
	int i;

	for (i = 1; i < argc; i += 2) {
		if (i + 1 < argc && !strcmp(argv[i], "--prefix") &&
		    text_word(argv[i + 1], IFNAMSIZ - 10)) {
			role.prefix = argv[i + 1];
		} else if (i + 1 < argc && !strcmp(argv[i], "--scripts")) {
			scripts = argv[i + 1];
		} else {
			fputs(usage, stderr);
			return EXIT_FAILURE;
		}
	}
	return follow_run(role, scripts);
}
