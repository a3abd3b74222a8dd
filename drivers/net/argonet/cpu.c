// SPDX-License-Identifier: GPL-2.0-only
/*
 * Choosing a CPU for each queue. Xen raises the one VIRQ of Argo on vCPU 0. Each queue
 * is read on a CPU that is chosen here, so that the queues do not share CPU 0 as long
 * as there are enough CPUs.
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

/* Called once for each queue, when the device is made. */
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
 * argonet_rx_schedule() - schedule the receive NAPI of a queue on the queue's CPU
 * @q: queue
 *
 * A threaded NAPI is scheduled right here, because the scheduler and the user decide
 * where its thread runs. If @q->rx.cpu is offline, the NAPI runs on the calling CPU. If
 * an earlier call to that CPU is still under way, it serves this request, too.
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
 * argonet_cpu_spread() - choose the transmit queue of each CPU (XPS)
 * @an: device; its number of transmit queues just changed
 *
 * The peer reads each queue on another CPU, so flows that are sent on different CPUs
 * are read on different CPUs. If there are more queues than CPUs, some queues would
 * stay unused: then the maps are cleared, and the hash of a flow chooses its queue.
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
