/*
 * The multiplexer: many local clients share the one connection that a domain has to its store. It gives requests
 * numbers of its own, marks watch tokens with the client they belong to, and cleans up after clients that go.
 */
#ifndef MUX_H
#define MUX_H

#include "wire.h"

struct mux;

/* `upstream` is the port; the mux writes to it and never closes it. */
struct mux *mux_new(int upstream);

/* A client came (takes over the descriptor), and what to do when one is readable. */
void mux_add_client(struct mux *mux, int fd);

/*
 * The descriptors to wait on: fills at most `most` and returns how many.
 * Each readable one goes to mux_client_readable; a message of the host to mux_host_message.
 */
int mux_client_fds(const struct mux *mux, int *fds, int most);
void mux_client_readable(struct mux *mux, int fd);
void mux_host_message(struct mux *mux, const struct xs_message *message);

/* The connection to the host is another one now: what was under way fails, all watches are set again. */
void mux_host_changed(struct mux *mux, int upstream);

#define MUX_CLIENTS_MAX 64

#endif
