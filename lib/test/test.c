// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests of the library, and prints TAP. */
#include <stdio.h>
#include <string.h>

#include "test.h"

static int checks, failed;

void test_check(int ok, const char *what, const char *file, int line)
{
	const char *name = strrchr(file, '/');

	checks++;
	failed += !ok;
	printf("%s %d - %s:%d %s\n", ok ? "ok" : "not ok", checks,
	       name ? name + 1 : file, line, what);
}

int main(void)
{
	address_tests();
	message_tests();
	printf("1..%d\n", checks);
	return !!failed;
}
