/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program in a domain speaks to the plugin that counts: by NOPs with a
 * displacement that nobody else uses, whose last byte is a character.
 */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#define MARK_MAGIC	0x4d4b4100U

#ifdef MARK_SENDER
#include <stdint.h>

/* A function of 8 bytes for each character: nopl MAGIC+c(%rax); ret */
__asm__(".pushsection .text\n"
	".balign 8\n"
	"mark_table:\n"
	".set c, 0\n"
	".rept 256\n"
	"	.byte 0x0f, 0x1f, 0x80\n"
	"	.long 0x4d4b4100 + c\n"
	"	ret\n"
	"	.set c, c + 1\n"
	".endr\n"
	".popsection\n");
extern const char mark_table[];

/* End the line to have the counters written. */
static inline void mark(const char *line)
{
	for (; *line; line++)
		((void (*)(void))(mark_table + 8 * (uint8_t)*line))();
}
#endif

#endif
