// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for received frames: each is copied out of the ring before the stack
 * sees it, so whoever holds a frame holds nothing that the link needs.
 *
 * A small frame gets memory of its size. A larger one begins in a page, with
 * room for headers in front, and goes on in larger pieces. A socket that holds a
 * frame is charged the full size of each piece, even if the frame fills only
 * part of it, because no other frame can use the rest. When the frame is freed
 * its pieces go back to their pool, which does not clear them: the next frame
 * overwrites them.
 */
#include <linux/skbuff.h>

#include "argonet.h"
#include "compat.h"

/* Frames up to this size are small. */
#define ARGONET_RX_SMALL	256

/*
 * Large pieces of 32 KiB: two of them take the longest ordinary frame, seven
 * the longest there is. Without them a frame of more than some 70 KiB is dropped.
 */
#define ARGONET_RX_ORDER	(PAGE_SHIFT < 15 ? 15 - PAGE_SHIFT : 0)
#define ARGONET_RX_LARGE	(PAGE_SIZE << ARGONET_RX_ORDER)

/* @bytes: how many bytes of returned pages the pool keeps for later frames */
static struct page_pool *argonet_pool_create(struct argonet_queue *q,
					     unsigned int order, u32 bytes)
{
	struct page_pool_params params = {
		.order = order,
		.pool_size = max_t(u32, bytes >> (PAGE_SHIFT + order), 16),
		.nid = NUMA_NO_NODE,
	};

	argonet_pool_owner(&params, q->an->dev);
	return page_pool_create(&params);
}

/**
 * argonet_pools_create() - have memory for the frames of a queue
 * @q: queue
 * @mem: filled in; @q may have other pools at work
 * @ring_size: bytes of the ring that is going to be read
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM, among others of XDP's registration.
 */
int argonet_pools_create(struct argonet_queue *q, struct argonet_memory *mem,
			 u32 ring_size)
{
	int ret;

	/* A long frame has one page and the rest in large pieces. */
	mem->pool = argonet_pool_create(q, 0, ring_size / 4);
	if (IS_ERR(mem->pool))
		return PTR_ERR(mem->pool);
	/* A socket may hold a ring's worth of frames while the ring fills up again. */
	mem->large_pool = argonet_pool_create(q, ARGONET_RX_ORDER, 2 * ring_size);
	if (IS_ERR(mem->large_pool)) {
		ret = PTR_ERR(mem->large_pool);
		goto err_pool;
	}
	ret = xdp_rxq_info_reg(&mem->xdp_rxq, q->an->dev, q->index, q->rx.napi.napi_id);
	if (ret)
		goto err_large_pool;
	ret = xdp_rxq_info_reg_mem_model(&mem->xdp_rxq, MEM_TYPE_PAGE_POOL, mem->pool);
	if (ret)
		goto err_rxq;
	return 0;

err_rxq:
	xdp_rxq_info_unreg(&mem->xdp_rxq);
err_large_pool:
	page_pool_destroy(mem->large_pool);
err_pool:
	page_pool_destroy(mem->pool);
	return ret;
}

/* Have the NAPI, which is disabled now, take pages from the pools of @q. */
void argonet_pools_start(struct argonet_queue *q)
{
	argonet_pool_napi(q->pool, &q->rx.napi);
	argonet_pool_napi(q->large_pool, &q->rx.napi);
}

/* Pages that the stack still holds are freed when they come back. */
void argonet_pools_destroy(struct argonet_memory *mem)
{
	xdp_rxq_info_unreg(&mem->xdp_rxq);
	page_pool_destroy(mem->large_pool);
	page_pool_destroy(mem->pool);
}

static struct page_pool *argonet_pool_of(const struct argonet_queue *q,
					 struct page *page)
{
	return page_size(page) == PAGE_SIZE ? q->pool : q->large_pool;
}

/* Return: a page for what is left of a frame; a large one only if most of it is used */
static struct page *argonet_rx_piece(struct argonet_queue *q, u32 left, bool single)
{
	struct page *page = NULL;

	/* Where pages are as large as that, there is only one kind. */
	if (ARGONET_RX_ORDER && !single && left > ARGONET_RX_LARGE / 2)
		page = page_pool_alloc_pages(q->large_pool, GFP_NOWAIT |
					     __GFP_NORETRY | __GFP_NOWARN);
	return page ?: page_pool_dev_alloc_pages(q->pool);
}

static void argonet_rx_free(struct argonet_queue *q, struct xdp_buff *xdp)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	unsigned int i;

	for (i = 0; xdp_buff_has_frags(xdp) && i < sinfo->nr_frags; i++) {
		struct page *page = skb_frag_page(&sinfo->frags[i]);

		page_pool_recycle_direct(argonet_pool_of(q, page), page);
	}
	page_pool_recycle_direct(q->pool, virt_to_head_page(xdp->data_hard_start));
}

/* Copy what follows the first page of a frame. */
static bool argonet_rx_fill_frags(struct argonet_queue *q,
				  const struct argo_message *msg,
				  const struct argonet_frame *frame, u32 done,
				  struct xdp_buff *xdp, bool single)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	unsigned int n;
	u32 len;

	sinfo->nr_frags = 0;
	sinfo->xdp_frags_size = frame->len - done;
	xdp_buff_set_frags_flag(xdp);
	for (n = 0; done < frame->len; n++, done += len) {
		struct page *page;

		if (n == MAX_SKB_FRAGS)
			return false;
		page = argonet_rx_piece(q, frame->len - done, single);
		if (!page)
			return false;
		len = min_t(u32, page_size(page), frame->len - done);
		argo_message_copy(msg, frame->offset + done, page_address(page), len);
		skb_frag_fill_page_desc(&sinfo->frags[n], page, 0, len);
		sinfo->nr_frags = n + 1;
	}
	return true;
}

/* argonet_record_next() has checked the length against what the peer was told. */
static bool argonet_rx_fill(struct argonet_queue *q,
			    const struct argo_message *msg,
			    const struct argonet_frame *frame,
			    struct xdp_buff *xdp, bool single)
{
	struct page *page = page_pool_dev_alloc_pages(q->pool);
	u32 head = min(frame->len, ARGONET_RX_HEAD);

	if (!page)
		return false;
	xdp_init_buff(xdp, PAGE_SIZE, &q->xdp_rxq);
	xdp_prepare_buff(xdp, page_address(page), XDP_PACKET_HEADROOM, head, true);
	argo_message_copy(msg, frame->offset, xdp->data, head);
	if (head < frame->len &&
	    !argonet_rx_fill_frags(q, msg, frame, head, xdp, single)) {
		argonet_rx_free(q, xdp);
		return false;
	}
	return true;
}

static void argonet_rx_add_frags(struct sk_buff *skb, unsigned int n, u32 size)
{
	struct skb_shared_info *sinfo = skb_shinfo(skb);
	unsigned int i;

	sinfo->nr_frags = n;
	skb->len += size;
	skb->data_len += size;
	for (i = 0; i < n; i++) {
		struct page *page = skb_frag_page(&sinfo->frags[i]);

		skb->truesize += page_size(page);
		skb->pfmemalloc |= page_is_pfmemalloc(page);
	}
}

static struct sk_buff *argonet_rx_build(struct argonet_queue *q,
					struct xdp_buff *xdp)
{
	const struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	unsigned int n = 0;
	unsigned int meta = xdp->data - xdp->data_meta;
	struct sk_buff *skb;
	u32 size = 0;

	/* Building the skb forgets these. */
	if (xdp_buff_has_frags(xdp)) {
		n = sinfo->nr_frags;
		size = sinfo->xdp_frags_size;
	}
	skb = napi_build_skb(xdp->data_hard_start, PAGE_SIZE);
	if (!skb) {
		argonet_rx_free(q, xdp);
		return ERR_PTR(-ENOMEM);
	}
	skb_mark_for_recycle(skb);
	skb_reserve(skb, xdp->data - xdp->data_hard_start);
	__skb_put(skb, xdp->data_end - xdp->data);
	if (meta)
		skb_metadata_set(skb, meta);
	if (n)
		argonet_rx_add_frags(skb, n, size);
	return skb;
}

static struct sk_buff *argonet_rx_small(struct argonet_queue *q,
					const struct argo_message *msg,
					const struct argonet_frame *frame)
{
	struct sk_buff *skb = napi_alloc_skb(&q->rx.napi, frame->len);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	argo_message_copy(msg, frame->offset, __skb_put(skb, frame->len), frame->len);
	return skb;
}

/**
 * argonet_rx_skb() - copy a frame out of the ring
 * @q: queue
 * @msg: message it came in
 * @frame: where it lies in @msg
 * @prog: program that sees it first, or NULL
 *
 * XDP of 6.1 gives all pages of a frame back to one pool, hence no large pieces
 * for a program.
 *
 * Context: NAPI.
 * Return: the frame, data at its Ethernet header; NULL if the program took it;
 * -ENOMEM.
 */
struct sk_buff *argonet_rx_skb(struct argonet_queue *q,
			       const struct argo_message *msg,
			       const struct argonet_frame *frame,
			       struct bpf_prog *prog)
{
	struct xdp_buff xdp;

	if (frame->len <= ARGONET_RX_SMALL && !prog)
		return argonet_rx_small(q, msg, frame);
	if (!argonet_rx_fill(q, msg, frame, &xdp, prog))
		return ERR_PTR(-ENOMEM);
	if (prog && !argonet_xdp_run(q, prog, &xdp))
		return NULL;
	return argonet_rx_build(q, &xdp);
}
