/* Virtio cards on the PCI bus, as sysfs shows them. Addresses are texts like 0000:00:11.0. */
#ifndef HARDWARE_H
#define HARDWARE_H

#define PCI_ADDRESS_SIZE 16

/* Each returns 0 and fills `address`, or -1 when there is no such card. */
int hardware_by_address(const char *wanted, char *address);
int hardware_by_mac(const char *mac, char *address);
/* `number` is Xen's encoding of a disk's name. */
int hardware_by_disk(unsigned long number, char *address);
/* A named port of the virtio console, which is no card of its own: `device` becomes the likes of vport0p1. */
int hardware_by_port(const char *name, char *device);

/* 1 when a disk behind the card is mounted, swapped to, or part of something else. */
int hardware_in_use(const char *address);

void hardware_rescan(void);
/* Does nothing for a port: that goes when the host takes it. */
void hardware_remove(const char *address);

#endif
