/*
 * A client of the agent's socket: one request at a time, watch events kept until asked for.
 * Functions return 0 or -1 with errno, unless they say otherwise. Strings they hand out are the caller's to free.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "wire.h"

struct xs_client;

/* NULL with errno: ENOENT or ECONNREFUSED when no agent runs. */
struct xs_client *xs_connect(void);
void xs_close(struct xs_client *client);
/* To wait on together with other things. */
int xs_fd(const struct xs_client *client);

/* The value, ended by a NUL that is not counted in *length; NULL with errno. */
char *xs_read(struct xs_client *client, uint32_t tx, const char *path, size_t *length);
int xs_write(struct xs_client *client, uint32_t tx, const char *path, const char *value, size_t length);
int xs_rm(struct xs_client *client, uint32_t tx, const char *path);
/* The children in store order, each ended by a NUL, in one block of *length bytes; NULL with errno. */
char *xs_directory(struct xs_client *client, uint32_t tx, const char *path, size_t *length);
/* As in the protocol: letter and domid, each ended by a NUL; NULL with errno. */
char *xs_permissions(struct xs_client *client, uint32_t tx, const char *path, size_t *length);

/* 0 is failure: no transaction has that number. */
uint32_t xs_transaction_start(struct xs_client *client);
/* errno EAGAIN: it met a conflict, do it again. */
int xs_transaction_end(struct xs_client *client, uint32_t tx, int commit);

/* depth < 0: the whole subtree. */
int xs_watch(struct xs_client *client, const char *path, const char *token, int depth);
int xs_unwatch(struct xs_client *client, const char *path, const char *token);
/*
 * The next event, waiting for it if `wait`. Returns 1 with path and token (valid until the next call), 0 when there is
 * none, -1 with errno when the store is gone.
 */
int xs_next_event(struct xs_client *client, int wait, const char **path, const char **token);

#endif
