// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP programs for tests/35-xdp.bats. What they answer or drop is ICMP echo
 * requests over IPv4, so that ping tells what became of them; all else passes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#define SEC(name)	__attribute__((section(name), used))
#define __be16_const(x)	((unsigned short)__builtin_bswap16(x))

/* "ip link add ... index 77" makes the device that frames are sent to. */
#define TARGET		77
#define VLAN		5

static long (*bpf_redirect)(__u32 ifindex, __u64 flags) = (void *)BPF_FUNC_redirect;
static long (*bpf_xdp_adjust_head)(struct xdp_md *xdp, int delta) =
	(void *)BPF_FUNC_xdp_adjust_head;
static __u64 (*bpf_xdp_get_buff_len)(struct xdp_md *xdp) =
	(void *)BPF_FUNC_xdp_get_buff_len;

/* linux/icmp.h wants headers of the C library that there are none of. */
#define ICMP_ECHOREPLY	0
#define ICMP_ECHO	8

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	__u8 icmp_type;
	__u8 icmp_code;
	__sum16 icmp_checksum;
} __attribute__((packed));

static __attribute__((always_inline)) struct frame *echo(struct xdp_md *xdp)
{
	struct frame *f = (void *)(long)xdp->data;

	if ((void *)(f + 1) > (void *)(long)xdp->data_end ||
	    f->eth.h_proto != __be16_const(ETH_P_IP) || f->ip.ihl != 5 ||
	    f->ip.protocol != IPPROTO_ICMP || f->icmp_type != ICMP_ECHO)
		return 0;
	return f;
}

static __attribute__((always_inline)) int answer(struct xdp_md *xdp)
{
	unsigned char mac[ETH_ALEN];
	struct frame *f = echo(xdp);
	__be32 addr;
	__u32 sum;

	if (!f)
		return XDP_PASS;
	__builtin_memcpy(mac, f->eth.h_dest, ETH_ALEN);
	__builtin_memcpy(f->eth.h_dest, f->eth.h_source, ETH_ALEN);
	__builtin_memcpy(f->eth.h_source, mac, ETH_ALEN);
	addr = f->ip.daddr;
	f->ip.daddr = f->ip.saddr;
	f->ip.saddr = addr;
	/* The checksum is of big-endian words, the first of which is type and code. */
	f->icmp_type = ICMP_ECHOREPLY;
	sum = f->icmp_checksum + __be16_const(ICMP_ECHO << 8);
	f->icmp_checksum = sum + (sum >> 16);
	return XDP_TX;
}

SEC("xdp") int pass(struct xdp_md *xdp)
{
	return XDP_PASS;
}

SEC("xdp") int drop(struct xdp_md *xdp)
{
	return echo(xdp) ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int fail(struct xdp_md *xdp)
{
	return echo(xdp) ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp") int unknown(struct xdp_md *xdp)
{
	return echo(xdp) ? 1000 : XDP_PASS;
}

SEC("xdp") int tx(struct xdp_md *xdp)
{
	return answer(xdp);
}

SEC("xdp") int redirect(struct xdp_md *xdp)
{
	return echo(xdp) ? bpf_redirect(TARGET, 0) : XDP_PASS;
}

/* Everything gets a VLAN tag, which takes room in front of the frame. */
SEC("xdp") int tag(struct xdp_md *xdp)
{
	struct ethhdr *eth;
	__be16 *vlan;

	if (bpf_xdp_adjust_head(xdp, -4))
		return XDP_ABORTED;
	eth = (void *)(long)xdp->data;
	vlan = (void *)(eth + 1);
	if ((void *)(vlan + 2) > (void *)(long)xdp->data_end)
		return XDP_ABORTED;
	__builtin_memmove(eth, (void *)eth + 4, 2 * ETH_ALEN);
	eth->h_proto = __be16_const(ETH_P_8021Q);
	vlan[0] = __be16_const(VLAN);
	return XDP_PASS;
}

/* The same with frames in more than one piece */
SEC("xdp.frags") int pass_long(struct xdp_md *xdp)
{
	return XDP_PASS;
}

/* Of the long ones only, so that it is known that they were seen whole */
SEC("xdp.frags") int drop_long(struct xdp_md *xdp)
{
	return bpf_xdp_get_buff_len(xdp) > 8000 && echo(xdp) ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags") int tx_long(struct xdp_md *xdp)
{
	return answer(xdp);
}

SEC("xdp.frags") int redirect_long(struct xdp_md *xdp)
{
	return echo(xdp) ? bpf_redirect(TARGET, 0) : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
