// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPU works for which queue. Xen raises the one interrupt for all of Argo
 * on CPU 0; each queue has a CPU of its own as far as there are enough, and is
 * always read there, whoever sends meanwhile.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "argonet.h"

/* Queues of all devices that are read on a CPU; under RTNL */
static DEFINE_PER_CPU(unsigned int, argonet_cpu_queues);

static void argonet_cpu_call(void *info)
{
	struct argonet_queue *q = info;

	napi_schedule_irqoff(&q->rx.napi);
}

/* Once for each queue */
void argonet_cpu_init(struct argonet_queue *q)
{
	INIT_CSD(&q->rx.csd, argonet_cpu_call, q);
}

/**
 * argonet_cpu_get() - choose the CPU that has the fewest queues
 * @q: queue
 *
 * Context: RTNL held.
 */
void argonet_cpu_get(struct argonet_queue *q)
{
	int cpu;

	q->rx.cpu = cpumask_first(cpu_online_mask);
	for_each_online_cpu(cpu)
		if (per_cpu(argonet_cpu_queues, cpu) <
		    per_cpu(argonet_cpu_queues, q->rx.cpu))
			q->rx.cpu = cpu;
	per_cpu(argonet_cpu_queues, q->rx.cpu)++;
}

void argonet_cpu_put(struct argonet_queue *q)
{
	per_cpu(argonet_cpu_queues, q->rx.cpu)--;
}

/**
 * argonet_rx_schedule() - have a queue read, on its CPU
 * @q: queue
 *
 * A NAPI that is a thread runs where the user wants it. When @q->rx.cpu is offline
 * the calling CPU does the work. If an earlier call has not arrived there yet, it
 * serves for this one, too.
 *
 * Context: softirqs or interrupts off.
 */
void argonet_rx_schedule(struct argonet_queue *q)
{
	if (q->rx.cpu == smp_processor_id() ||
	    test_bit(NAPI_STATE_THREADED, &q->rx.napi.state) ||
	    smp_call_function_single_async(q->rx.cpu, &q->rx.csd) == -ENXIO)
		napi_schedule(&q->rx.napi);
}

/**
 * argonet_cpu_spread() - give each CPU a queue to send through
 * @an: device; its number of transmit queues just changed
 *
 * Flows that are sent on different CPUs are then read on different CPUs of the
 * peer, too. If that left queues unused, the flow's hash decides, and what was
 * set for fewer queues is undone.
 *
 * Context: RTNL held.
 */
void argonet_cpu_spread(struct argonet *an)
{
	unsigned int i, queues = an->dev->real_num_tx_queues;
	cpumask_var_t mask;
	int cpu;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < queues; i++) {
		cpumask_clear(mask);
		for_each_possible_cpu(cpu)
			if (queues <= num_online_cpus() && cpu % queues == i)
				cpumask_set_cpu(cpu, mask);
		netif_set_xps_queue(an->dev, mask, i);
	}
	free_cpumask_var(mask);
}
