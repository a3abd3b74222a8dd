// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends what a kernel does not send by itself.
 *
 *   raw fragments ADDRESS SIZE COUNT
 *   raw vnet DEVICE MAC ADDRESS SEED COUNT
 *
 * "fragments": the first of each of COUNT packets, a hundred a second, of which the
 * others never come. "vnet": random frames for who has MAC and ADDRESS, with a
 * virtio_net_hdr that has nothing to do with them; says how many the kernel took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MORE_FRAGMENTS	0x2000

static void fragments(const char *address, size_t size, unsigned int count)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	static uint8_t buf[65536];
	struct iphdr *ip = (void *)buf;
	unsigned int i;

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    size < sizeof(*ip) + 8 || size > sizeof(buf))
		errx(2, "bad arguments");
	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.frag_off = htons(MORE_FRAGMENTS),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.daddr = to.sin_addr.s_addr,
	};
	/* All but the last have a multiple of eight bytes. */
	size = sizeof(*ip) + ((size - sizeof(*ip)) & ~7);
	for (i = 1; i <= count; i++) {
		ip->id = htons(i);
		if (sendto(fd, buf, size, 0, (void *)&to, sizeof(to)) < 0)
			err(1, "sendto");
		usleep(10000);
	}
}

static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1dULL) >> 16;
}

/* In one of @n cases */
static int one_in(unsigned int n, uint64_t *state)
{
	return !(next(state) % n);
}

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (; len; len -= 2)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* Good enough to be looked into, from us to the neighbour's address. */
static void ip_header(struct iphdr *ip, size_t len, const char *to, uint64_t *state)
{
	static const uint8_t protocol[] = { 6, 17, 47, 132 };

	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tot_len = htons(one_in(8, state) ? next(state) : len),
		.ttl = 64,
		.protocol = protocol[next(state) % 4],
	};
	inet_pton(AF_INET, to, &ip->daddr);
	ip->saddr = ip->daddr ^ htonl(3);
	ip->check = checksum(ip, sizeof(*ip));
}

static size_t frame(uint8_t *buf, const uint8_t *mac, const char *to, uint64_t *state)
{
	static const uint16_t type[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_8021Q, ETH_P_ARP };
	size_t len = ETH_HLEN + sizeof(struct iphdr) +
		     next(state) % (one_in(4, state) ? 60000 : 200);
	uint16_t proto = htons(one_in(4, state) ? type[next(state) % 4] : ETH_P_IP);
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = next(state);
	memcpy(buf, mac, ETH_ALEN);
	memcpy(buf + 2 * ETH_ALEN, &proto, sizeof(proto));
	if (!one_in(8, state))
		ip_header((void *)(buf + ETH_HLEN), len - ETH_HLEN, to, state);
	return len;
}

/* Often something plausible, or the sending kernel would refuse all of them */
static void lie(struct virtio_net_hdr *h, uint64_t *state)
{
	static const uint8_t gso[] = { VIRTIO_NET_HDR_GSO_NONE,
		VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_UDP,
		VIRTIO_NET_HDR_GSO_TCPV6, 5 /* UDP_L4 */ };

	*h = (struct virtio_net_hdr) {
		.flags = one_in(4, state) ? next(state) : VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = gso[next(state) % 5] |
			    (one_in(8, state) ? VIRTIO_NET_HDR_GSO_ECN : 0),
		.hdr_len = next(state) % (one_in(8, state) ? 65536 : 100),
		.gso_size = next(state) % (one_in(8, state) ? 65536 : 1500),
		.csum_start = ETH_HLEN + sizeof(struct iphdr),
		.csum_offset = next(state) % 2 ? 16 : 6,
	};
	if (one_in(2, state))
		h->csum_start = next(state) % (one_in(8, state) ? 65536 : 100);
	if (one_in(2, state))
		h->csum_offset = next(state) % (one_in(8, state) ? 65536 : 20);
}

static void vnet(const char *device, const char *mac, const char *address,
		 uint64_t seed, unsigned int count)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(device),
	};
	uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	static uint8_t buf[65536];
	unsigned int i, taken = 0;
	struct ether_addr peer;
	int one = 1;

	if (fd < 0 || !to.sll_ifindex || !ether_aton_r(mac, &peer) ||
	    bind(fd, (void *)&to, sizeof(to)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		err(1, "device %s", device);
	for (i = 0; i < count; i++) {
		struct virtio_net_hdr *h = (void *)buf;
		size_t size;
		ssize_t len;

		lie(h, &state);
		size = sizeof(*h) + frame(buf + sizeof(*h), peer.ether_addr_octet,
					  address, &state);
		do {
			len = send(fd, buf, size, 0);
		} while (len < 0 && errno == ENOBUFS && !usleep(1000));
		/* What lies too openly is refused. */
		if (len < 0 && errno != EINVAL && errno != EMSGSIZE)
			err(1, "send");
		taken += len > 0;
	}
	printf("taken %u\n", taken);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "fragments") && argc == 5)
		fragments(argv[2], atoi(argv[3]), atoi(argv[4]));
	else if (!strcmp(what, "vnet") && argc == 7)
		vnet(argv[2], argv[3], argv[4], strtoull(argv[5], NULL, 0),
		     atoi(argv[6]));
	else
		errx(2, "usage: see the top of raw.c");
	return 0;
}
