// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU plugin: counts exactly what every domain and Xen execute.
 *
 *   -plugin count.so,out=FILE,probes=FILE[,profile=PHASE]
 *
 * Instructions are counted by whose they are:
 *
 *  - Xen's, by their virtual address;
 *  - a domain's user and kernel instructions, by the MiB of machine
 *    memory they are in. No two domains share a piece, and Xen can say
 *    afterwards whose each one was.
 *
 * A string instruction with a repeat prefix counts once per iteration, apart
 * from all others; what movs and stos write counts as bytes copied and zeroed.
 *
 * Probes are addresses in Xen, one "ADDRESS NAME" per line, of which each
 * execution is counted: functions' entries, which make counters without
 * touching Xen.
 *
 * A domain speaks to the plugin by long NOPs (mark.h), each of which carries
 * one character. At the end of a line all counters are appended to FILE under
 * that line as their label:
 *
 *   mark LABEL
 *   probe NAME COUNT
 *   kick SOURCE COUNT
 *   xen PLAIN STRING COPIED ZEROED
 *   user|kernel PIECE PLAIN STRING COPIED ZEROED
 *
 * Counters never restart; a phase is the difference of two labels. For the one
 * phase that is to be profiled, both labels get a line for each block of
 * instructions as well: where it is and how many of its instructions ran.
 *
 *   spot xen|PIECE ADDRESS PLAIN
 *
 * With -icount and thread=single all of this is the same in every run.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "qemu-plugin.h"

EXPORT int qemu_plugin_version = 1;

#define PIECE_SHIFT	20
#define PIECES		4096	/* 4 GiB */
#define MAX_PROBES	256

/* PV guests: Xen has the first part of the upper half, their kernels the rest. */
#define USER_END	0x0000800000000000ULL
#define XEN_START	0xffff800000000000ULL
#define XEN_END		0xffff880000000000ULL

struct cell {
	uint64_t plain;
	uint64_t string;
	uint64_t moved;		/* bytes read and written */
	uint64_t zeroed;
};

static struct cell user[PIECES], kernel[PIECES], xen;

/*
 * What made Xen interrupt a domain. Each function here, by entering it, becomes
 * the reason of the vcpu_kick() that may follow before it returns.
 */
static const char *const kick_sources[] = {
	"other", "send_guest_global_virq", "evtchn_send", "send_guest_vcpu_virq",
	"evtchn_unmask", "send_guest_pirq",
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define KICK_SOURCES	ARRAY_SIZE(kick_sources)

static uint64_t kicks[KICK_SOURCES];
static unsigned int kick_source;

static struct probe {
	uint64_t addr;
	uint64_t count;
	char name[64];
} probes[MAX_PROBES];

static size_t n_probes;

/* Blocks of instructions, found by where they begin and whose they are */
static struct spot {
	struct spot *next;
	uint64_t addr;
	uint64_t plain;
	int piece;
} *spots[1 << 16];

static const char *profile;

static FILE *out;
static char label[256];
static size_t label_len;

/* Where the machine's memory is in QEMU's */
static uintptr_t ram;

static void print_cell(const char *class, int piece, const struct cell *c)
{
	if (!c->plain && !c->string)
		return;
	fputs(class, out);
	if (piece >= 0)
		fprintf(out, " %d", piece);
	fprintf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		c->plain, c->string, c->moved / 2, c->zeroed);
}

static void print_spots(void)
{
	const struct spot *s;
	size_t i;

	for (i = 0; i < 1 << 16; i++) {
		for (s = spots[i]; s; s = s->next) {
			if (!s->plain)
				continue;
			if (s->piece < 0)
				fputs("spot xen", out);
			else
				fprintf(out, "spot %d", s->piece);
			fprintf(out, " %" PRIx64 " %" PRIu64 "\n", s->addr, s->plain);
		}
	}
}

/* Is this "begin PHASE" or "end PHASE ..." of the phase to profile? */
static int profiled(void)
{
	const char *p = strchr(label, ' ');

	return profile && p && !strncmp(p + 1, profile, strlen(profile)) &&
	       strchr(" ", p[1 + strlen(profile)]);
}

static void print_all(void)
{
	size_t i;

	fprintf(out, "mark %s\n", label);
	for (i = 0; i < n_probes; i++)
		fprintf(out, "probe %s %" PRIu64 "\n", probes[i].name, probes[i].count);
	for (i = 0; i < KICK_SOURCES; i++)
		fprintf(out, "kick %s %" PRIu64 "\n", kick_sources[i], kicks[i]);
	print_cell("xen", -1, &xen);
	for (i = 0; i < PIECES; i++) {
		print_cell("user", i, &user[i]);
		print_cell("kernel", i, &kernel[i]);
	}
	if (profiled())
		print_spots();
	fflush(out);
}

static void on_mark(unsigned int vcpu, void *data)
{
	char c = (uintptr_t)data;

	(void)vcpu;
	if (c != '\n') {
		if (label_len < sizeof(label) - 1)
			label[label_len++] = c;
		return;
	}
	label[label_len] = '\0';
	label_len = 0;
	print_all();
}

static void on_kick_source(unsigned int vcpu, void *data)
{
	(void)vcpu;
	kick_source = (uintptr_t)data;
}

static void on_kick(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	kicks[kick_source]++;
	kick_source = 0;
}

static int compare_probes(const void *a, const void *b)
{
	const struct probe *p = a, *q = b;

	return (p->addr > q->addr) - (p->addr < q->addr);
}

static void weave_probe(struct qemu_plugin_insn *insn, uint64_t addr)
{
	struct probe key = { .addr = addr };
	struct probe *p = bsearch(&key, probes, n_probes, sizeof(key), compare_probes);
	uintptr_t i;

	if (!p)
		return;
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
						   &p->count, 1);
	if (!strcmp(p->name, "vcpu_kick"))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_kick,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
	for (i = 1; i < KICK_SOURCES; i++)
		if (!strcmp(p->name, kick_sources[i]))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_kick_source,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)i);
}

static void weave_mark(struct qemu_plugin_insn *insn, const uint8_t *b, size_t len)
{
	uint32_t disp;

	if (len != 7 || b[0] != 0x0f || b[1] != 0x1f || b[2] != 0x80)
		return;
	memcpy(&disp, b + 3, sizeof(disp));
	if ((disp & ~0xffU) == MARK_MAGIC)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
						       QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)(disp & 0xff));
}

/*
 * Is it a string instruction with a repeat prefix? @op becomes the opcode of any
 * string instruction, else 0, @size what it moves at a time.
 */
static int decode_string(const uint8_t *b, size_t len, uint8_t *op, unsigned int *size)
{
	int rep = 0, half = 0, wide = 0;
	size_t i;

	*op = 0;
	for (i = 0; i + 1 < len; i++) {
		if (b[i] == 0xf2 || b[i] == 0xf3)
			rep = 1;
		else if (b[i] == 0x66)
			half = 1;
		else if ((b[i] & 0xf0) == 0x40)
			wide = b[i] & 8;
		else if (b[i] != 0x67 && b[i] != 0x64 && b[i] != 0x65)
			return 0;
	}
	if (len == 0 || b[i] < 0xa4 || b[i] > 0xaf || b[i] == 0xa8 || b[i] == 0xa9)
		return 0;
	*op = b[i];
	*size = !(b[i] & 1) ? 1 : wide ? 8 : half ? 2 : 4;
	return rep;
}

/*
 * QEMU 7.2 weaves this into loads and stores, whichever one asks for: ask for
 * both. A movs then counts twice.
 */
static void weave_bytes(struct qemu_plugin_insn *insn, uint8_t op, unsigned int size,
			struct cell *cell)
{
	if (op == 0xa4 || op == 0xa5)
		qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW,
						     QEMU_PLUGIN_INLINE_ADD_U64,
						     &cell->moved, size);
	if (op == 0xaa || op == 0xab)
		qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW,
						     QEMU_PLUGIN_INLINE_ADD_U64,
						     &cell->zeroed, size);
}

static struct cell *cell_of(uint64_t vaddr, uintptr_t haddr)
{
	size_t piece = (haddr - ram) >> PIECE_SHIFT;

	if (vaddr >= XEN_START && vaddr < XEN_END)
		return &xen;
	if (!ram || !haddr || piece >= PIECES)
		return NULL;
	return vaddr < USER_END ? &user[piece] : &kernel[piece];
}

static struct spot *spot_of(uint64_t addr, int piece)
{
	struct spot **head = &spots[(addr ^ addr >> 16 ^ piece) & 0xffff], *s;

	for (s = *head; s; s = s->next)
		if (s->addr == addr && s->piece == piece)
			return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->addr = addr;
	s->piece = piece;
	s->next = *head;
	*head = s;
	return s;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, 0);
	uint64_t vaddr = qemu_plugin_insn_vaddr(insn);
	uintptr_t haddr = (uintptr_t)qemu_plugin_insn_haddr(insn);
	size_t i, n = qemu_plugin_tb_n_insns(tb), strings = 0;
	struct cell *cell;

	(void)id;
	/* The firmware and Xen's first code run from where they are, unmapped. */
	if (!ram && haddr && vaddr >= 1 << 20 && vaddr < 3ULL << 30)
		ram = haddr - vaddr;
	cell = cell_of(vaddr, haddr);
	if (!cell)
		return;

	for (i = 0; i < n; i++) {
		const uint8_t *bytes;
		unsigned int size;
		uint8_t op;

		insn = qemu_plugin_tb_get_insn(tb, i);
		bytes = qemu_plugin_insn_data(insn);
		if (cell == &xen)
			weave_probe(insn, qemu_plugin_insn_vaddr(insn));
		else
			weave_mark(insn, bytes, qemu_plugin_insn_size(insn));
		strings += decode_string(bytes, qemu_plugin_insn_size(insn), &op, &size);
		if (op)
			weave_bytes(insn, op, size, cell);
	}
	if (n > strings)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
							 &cell->plain, n - strings);
	if (profile && n > strings) {
		int piece = cell == &xen ? -1 : (int)((haddr - ram) >> PIECE_SHIFT);

		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
							 &spot_of(vaddr, piece)->plain,
							 n - strings);
	}
	if (strings)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
							 &cell->string, strings);
}

static int read_probes(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (n_probes < MAX_PROBES &&
	       fscanf(f, "%" SCNx64 " %63s", &probes[n_probes].addr,
		      probes[n_probes].name) == 2)
		n_probes++;
	fclose(f);
	qsort(probes, n_probes, sizeof(probes[0]), compare_probes);
	return n_probes ? 0 : -1;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			       int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4)) {
			out = fopen(argv[i] + 4, "w");
		} else if (!strncmp(argv[i], "profile=", 8)) {
			profile = argv[i][8] ? argv[i] + 8 : NULL;
		} else if (strncmp(argv[i], "probes=", 7) || read_probes(argv[i] + 7)) {
			fprintf(stderr, "count: bad argument %s\n", argv[i]);
			return -1;
		}
	}
	if (!out || !n_probes) {
		fprintf(stderr, "count: needs out= and probes=\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
