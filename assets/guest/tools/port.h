/* The byte stream to the host's XenStore: a virtio console port. */
#ifndef PORT_H
#define PORT_H

/*
 * Looks for the port named org.xenproject.xenstore, else for the one in `domus.xs=` of the kernel's command line (a
 * name below /dev). Returns a non-blocking descriptor, or -1 with a sentence in *why.
 */
int port_open(const char **why);

#endif
