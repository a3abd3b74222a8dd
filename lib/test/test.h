/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_H
#define TEST_H

#include <linux/argo_dev.h>

/* Say what is expected, and go on. */
#define check(what) test_check(!!(what), #what, __FILE__, __LINE__)
void test_check(int ok, const char *what, const char *file, int line);

/**
 * struct device - what the library did to its device, and what that answers
 * @open_flags: of the last open
 * @open_error: of the next
 * @opened: how many are open
 * @bind: argument of the last call
 * @connect: argument of the last call
 * @consume: argument of the last call
 * @info: answer
 * @query: answer
 * @next: answer to ARGO_DEV_CONSUME
 * @error: of the next call of any kind
 * @in: what is read next
 * @in_len: bytes of it
 * @out: what was written last
 * @out_len: bytes of it
 * @mapped: bytes
 */
struct device {
	int open_flags;
	int open_error;
	int opened;
	struct argo_dev_bind bind;
	struct argo_dev_connect connect;
	struct argo_dev_consume consume;
	struct argo_dev_info info;
	struct argo_dev_query query;
	struct argo_dev_consume next;
	int error;
	char in[256];
	size_t in_len;
	char out[256];
	size_t out_len;
	size_t mapped;
};

extern struct device device;

void address_tests(void);
void message_tests(void);

#endif /* TEST_H */
