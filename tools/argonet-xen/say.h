/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGONET_XEN_SAY_H
#define ARGONET_XEN_SAY_H

#include <syslog.h>

/*
 * The log. say() prints a line. say_once() is for what holds until somebody mends
 * it: a line that was printed in the pass before this one is not printed again.
 */
void say(int priority, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void say_once(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_pass(void);

#endif /* ARGONET_XEN_SAY_H */
