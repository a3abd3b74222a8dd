// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a ring, and which of it was lent to the network stack.
 *
 * A lent page carries a reference more than ours. Its part of the ring is
 * given back to senders when that is gone, in order.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core.h"

/*
 * Pages that are lent together make fewer and larger fragments, but also come
 * back together: a ring has 16 chunks or more.
 */
static unsigned int argo_chunk_order(unsigned int npages)
{
	return clamp(ilog2(npages) - 4, 0, 3);
}

/*
 * Unlike a single page, a chunk is not worth any effort. The stack drops what
 * comes in pages of the emergency reserve, so none of these are taken.
 */
static struct page *argo_chunk_alloc(unsigned int order)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOMEMALLOC;
	struct page *page = NULL;

	if (order)
		page = alloc_pages(gfp | __GFP_COMP | __GFP_NORETRY | __GFP_NOWARN,
				   order);
	return page ?: alloc_page(gfp);
}

static int argo_memory_fill(struct argo_memory *m, unsigned int n)
{
	unsigned int order = argo_chunk_order(n);

	m->pages = kvcalloc(n, sizeof(*m->pages), GFP_KERNEL);
	if (!m->pages)
		return -ENOMEM;
	while (m->n < n) {
		bool whole = n - m->n >= 1U << order;
		struct page *chunk = argo_chunk_alloc(whole ? order : 0);
		unsigned int i;

		if (!chunk)
			return -ENOMEM;
		for (i = 0; i < compound_nr(chunk); i++)
			m->pages[m->n++] = chunk + i;
	}
	m->addr = vmap(m->pages, m->n, VM_MAP, PAGE_KERNEL);
	return m->addr ? 0 : -ENOMEM;
}

/**
 * argo_memory_get() - make room for a ring
 * @m: empty; filled in
 * @bytes: ring header included
 *
 * Return: 0 or -ENOMEM.
 */
int argo_memory_get(struct argo_memory *m, u32 bytes)
{
	int ret = argo_memory_fill(m, DIV_ROUND_UP(bytes, PAGE_SIZE));

	if (ret)
		argo_memory_put(m, false);
	return ret;
}

/**
 * argo_memory_put() - end the use of a ring's memory
 * @m: memory; what is lent of it lives on until it comes back
 * @leak: Xen may still write to the pages, so they can never be freed
 */
void argo_memory_put(struct argo_memory *m, bool leak)
{
	unsigned int i = 0;

	vunmap(m->addr);
	while (i < m->n && !leak) {
		struct page *chunk = m->pages[i];

		i += compound_nr(chunk);
		put_page(chunk);
	}
	kvfree(m->pages);
	*m = (struct argo_memory) {};
}

static bool argo_chunk_lent(struct page *chunk)
{
	return page_ref_count(chunk) > 1;
}

/**
 * argo_memory_lent() - is anything lent?
 * @m: memory
 *
 * Return: true if somebody may be reading it.
 */
bool argo_memory_lent(const struct argo_memory *m)
{
	unsigned int i;

	for (i = 0; i < m->n; i += compound_nr(m->pages[i]))
		if (argo_chunk_lent(m->pages[i]))
			return true;
	return false;
}

/**
 * argo_memory_returned() - how much of a ring's read part is not lent
 * @m: memory
 * @from: first byte, counted from the ring header
 * @to: end; not before @from
 *
 * Return: where the first chunk begins that is lent, or @from if it lies
 * within one, or @to if there is none.
 */
u32 argo_memory_returned(const struct argo_memory *m, u32 from, u32 to)
{
	while (from < to) {
		unsigned int i = from / PAGE_SIZE;
		struct page *chunk = compound_head(m->pages[i]);

		if (argo_chunk_lent(chunk))
			return from;
		i += compound_nr(chunk) - (m->pages[i] - chunk);
		from = min_t(u32, to, i * PAGE_SIZE);
	}
	return to;
}

/*
 * While a domain is migrated, Xen's own writes do not count as changes: a page
 * that was copied before one of them would arrive without it. Ours do count.
 */
static void argo_memory_touch(const struct argo_memory *m, size_t from, size_t to)
{
	size_t at;

	for (at = from; at < to; at = ALIGN(at + 1, XEN_ARGO_PAGE_SIZE)) {
		u8 *byte = m->addr + at;

		WRITE_ONCE(*byte, READ_ONCE(*byte));
	}
}

/**
 * argo_memory_lend() - take a reference to a piece of the memory
 * @m: memory
 * @at: where, as mapped
 * @offset: set to where that is in the page returned
 * @len: bytes wanted; lowered to what the page holds
 *
 * Return: the page, perhaps a compound one.
 */
struct page *argo_memory_lend(struct argo_memory *m, const void *at,
			      u32 *offset, u32 *len)
{
	size_t from = at - m->addr;
	struct page *page = m->pages[from / PAGE_SIZE];
	struct page *chunk = compound_head(page);

	*offset = (page - chunk) * PAGE_SIZE + from % PAGE_SIZE;
	*len = min_t(u32, *len, page_size(chunk) - *offset);
	argo_memory_touch(m, from, from + *len);
	get_page(chunk);
	return chunk;
}
