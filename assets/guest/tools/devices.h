/*
 * The domain's half of hot-plug. The host offers devices below device/vif and device/vbd; their hardware is virtio
 * cards on the PCI bus. Those below device/console are channels: ports of the virtio console, found by their `name`, which
 * come and go without a search.
 *
 * Coming: a frontend in state 1..3 whose backend waits (2) or is connected (4) → the PCI bus is searched, and when the
 * card is there the frontend goes to 4.
 * Going: frontend or backend in state 5 → the card is taken off the bus, and the frontend goes to 6. A disk in use stays,
 * with the frontend in 5, until it is free. A frontend that vanished loses its card at once.
 *
 * Which card: the PCI address in the frontend's `pci` key, else the network card with the frontend's `mac`, else the
 * disk whose serial number is the Xen name (xvdb) or number of the frontend's `virtual-device`.
 */
#ifndef DEVICES_H
#define DEVICES_H

#include "client.h"

struct devices;

struct devices *devices_new(struct xs_client *store);

/* Compares the store with the machine and acts. Call it after events below device/ and below watched backends. */
void devices_look(struct devices *devices);

/* While a disk waits to be free: a descriptor that polls POLLPRI when mounts change, else -1. */
int devices_wait_fd(const struct devices *devices);
/* How long to wait at most before looking again; -1 = for ever. */
int devices_wait_ms(const struct devices *devices);

#endif
