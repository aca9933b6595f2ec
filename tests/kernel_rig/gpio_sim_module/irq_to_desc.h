/* irq_sim.c is written for the kernel itself, which does not export irq_to_desc() to modules. */
#include <linux/irq.h>
#include <linux/irqdesc.h>
#define irq_to_desc(irq) irq_data_to_desc(irq_get_irq_data(irq))
