// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose memory is it: xen-mfndump dump-p2m DOMID | memory NAME
 *
 * Prints one line "memory NAME MIB PAGES" for each MiB of the machine's memory
 * that the domain has pages in. In C because there are many pages, and a shell
 * in an emulated machine takes longer for them than for booting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIBS	(64 * 1024)

static unsigned int pages[MIBS];

int main(int argc, char **argv)
{
	char line[256];
	unsigned long i;

	if (argc != 2)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		const char *mfn = strstr(line, "mfn=0x");

		if (!mfn)
			continue;
		i = strtoul(mfn + 4, NULL, 16) / 256;
		if (i < MIBS)
			pages[i]++;
	}
	for (i = 0; i < MIBS; i++)
		if (pages[i])
			printf("memory %s %lu %u\n", argv[1], i, pages[i]);
	return 0;
}
