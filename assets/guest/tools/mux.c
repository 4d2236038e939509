#include "mux.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRANSACTIONS_MAX 16

struct client {
	struct client *next;
	int fd;
	unsigned number;
	uint32_t transactions[TRANSACTIONS_MAX];
	struct xs_stream in;
};

struct watch {
	struct watch *next;
	unsigned owner;
	/* The request as it went to the host: path, marked token and perhaps a depth. */
	size_t length;
	char body[];
};

/* A request the host has not answered yet. */
struct pending {
	struct pending *next;
	uint32_t id;
	/* 0 = nobody waits for the answer. */
	unsigned owner;
	struct xs_header asked;
	/* For WATCH and UNWATCH: what it is about. */
	struct watch *watch;
};

struct mux {
	int upstream;
	uint32_t last_id;
	unsigned last_number;
	struct client *clients;
	struct watch *watches;
	struct pending *pending;
	struct xs_message out;
};

struct mux *mux_new(int upstream)
{
	struct mux *mux = calloc(1, sizeof(*mux));
	if (mux)
		mux->upstream = upstream;
	return mux;
}

static struct client *client_by_number(const struct mux *mux, unsigned number)
{
	struct client *client = mux->clients;
	while (client && client->number != number)
		client = client->next;
	return client;
}

int mux_client_fds(const struct mux *mux, int *fds, int most)
{
	int count = 0;
	for (struct client *client = mux->clients; client && count < most; client = client->next)
		fds[count++] = client->fd;
	return count;
}

void mux_add_client(struct mux *mux, int fd)
{
	int others[MUX_CLIENTS_MAX];
	struct client *client = NULL;
	if (mux_client_fds(mux, others, MUX_CLIENTS_MAX) < MUX_CLIENTS_MAX)
		client = calloc(1, sizeof(*client));
	if (!client) {
		close(fd);
		return;
	}
	client->fd = fd;
	client->number = ++mux->last_number;
	client->next = mux->clients;
	mux->clients = client;
}

/* ---- towards the host ---- */

/* Sends a request whose body is in mux->out already. `watch` becomes the pending request's. */
static void ask_host(struct mux *mux, unsigned owner, struct xs_header asked, size_t length, struct watch *watch)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	if (!pending) {
		free(watch);
		return;
	}
	*pending = (struct pending){ mux->pending, ++mux->last_id, owner, asked, watch };
	mux->pending = pending;
	mux->out.head = (struct xs_header){ asked.type, pending->id, asked.tx_id, (uint32_t)length };
	/* A failure shows when the port is read next. */
	xs_message_write(mux->upstream, &mux->out);
}

static void ask_for_nobody(struct mux *mux, enum xs_type type, uint32_t tx, const char *body, size_t length)
{
	memcpy(mux->out.body, body, length);
	ask_host(mux, 0, (struct xs_header){ .type = type, .tx_id = tx }, length, NULL);
}

static void unwatch_for_nobody(struct mux *mux, const struct watch *watch)
{
	size_t path = strlen(watch->body) + 1;
	ask_for_nobody(mux, XS_UNWATCH, 0, watch->body, path + strlen(watch->body + path) + 1);
}

/* ---- towards a client ---- */

static void drop_client(struct mux *mux, struct client *client);

/* A client that does not read what it is sent is not waited for: it is cut off. */
static void tell_client(struct mux *mux, struct client *client, const struct xs_message *message)
{
	size_t length = sizeof(message->head) + message->head.len;
	if (send(client->fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length)
		drop_client(mux, client);
}

static void answer(struct mux *mux, struct client *client, struct xs_header asked, enum xs_type type, const char *text)
{
	struct xs_message reply = { .head = { type, asked.req_id, asked.tx_id, (uint32_t)strlen(text) + 1 } };
	strcpy(reply.body, text);
	tell_client(mux, client, &reply);
}

static void forget_client_state(struct mux *mux, struct client *client)
{
	for (struct watch **at = &mux->watches; *at;) {
		struct watch *watch = *at;
		if (watch->owner != client->number) {
			at = &watch->next;
			continue;
		}
		unwatch_for_nobody(mux, watch);
		*at = watch->next;
		free(watch);
	}
	for (int i = 0; i < TRANSACTIONS_MAX; i++)
		if (client->transactions[i]) {
			ask_for_nobody(mux, XS_TRANSACTION_END, client->transactions[i], "F", 2);
			client->transactions[i] = 0;
		}
}

static void drop_client(struct mux *mux, struct client *client)
{
	struct client **at = &mux->clients;
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	for (struct pending *pending = mux->pending; pending; pending = pending->next)
		if (pending->owner == client->number)
			pending->owner = 0;
	forget_client_state(mux, client);
	close(client->fd);
	free(client);
}

/* ---- requests ---- */

/* Rewrites "path token [depth]" into mux->out with the token marked; NULL with errno when it is malformed or too long. */
static struct watch *mark_token(struct mux *mux, const struct client *client, const struct xs_message *message)
{
	const char *body = message->body, *end = body + message->head.len;
	const char *token = memchr(body, 0, message->head.len);
	if (!token || ++token >= end || !memchr(token, 0, (size_t)(end - token))) {
		errno = EINVAL;
		return NULL;
	}
	char mark[16];
	size_t path_length = (size_t)(token - body);
	size_t mark_length = (size_t)snprintf(mark, sizeof(mark), "%u:", client->number);
	size_t length = message->head.len + mark_length;
	struct watch *watch = length > XS_PAYLOAD_MAX ? NULL : malloc(sizeof(*watch) + length);
	if (!watch) {
		errno = length > XS_PAYLOAD_MAX ? E2BIG : ENOMEM;
		return NULL;
	}
	*watch = (struct watch){ .owner = client->number, .length = length };
	memcpy(watch->body, body, path_length);
	memcpy(watch->body + path_length, mark, mark_length);
	memcpy(watch->body + path_length + mark_length, token, message->head.len - path_length);
	memcpy(mux->out.body, watch->body, length);
	return watch;
}

static void client_message(struct mux *mux, struct client *client, const struct xs_message *message)
{
	struct xs_header asked = message->head;
	size_t length = asked.len;
	struct watch *watch = NULL;
	if (asked.type == XS_RESET_WATCHES) {
		forget_client_state(mux, client);
		answer(mux, client, asked, XS_RESET_WATCHES, "OK");
		return;
	}
	if (asked.type == XS_WATCH || asked.type == XS_UNWATCH) {
		watch = mark_token(mux, client, message);
		if (!watch) {
			answer(mux, client, asked, XS_ERROR, xs_error_name(errno));
			return;
		}
		length = watch->length;
	} else {
		memcpy(mux->out.body, message->body, length);
	}
	ask_host(mux, client->number, asked, length, watch);
}

void mux_client_readable(struct mux *mux, int fd)
{
	struct client *client = mux->clients;
	while (client && client->fd != fd)
		client = client->next;
	if (!client)
		return;
	int done = xs_stream_read(fd, &client->in);
	if (done < 0) {
		drop_client(mux, client);
	} else if (done) {
		xs_stream_next(&client->in);
		client_message(mux, client, &client->in.message);
	}
}

/* ---- answers and events ---- */

static void set_transaction(struct client *client, uint32_t from, uint32_t to)
{
	for (int i = 0; i < TRANSACTIONS_MAX; i++)
		if (client->transactions[i] == from) {
			client->transactions[i] = to;
			return;
		}
}

static int same_watch(const struct watch *a, const struct watch *b)
{
	size_t path = strlen(a->body);
	return !strcmp(a->body, b->body) && !strcmp(a->body + path + 1, b->body + path + 1);
}

/* Keeps the books that make the clean-up possible: watches and transactions that exist at the host. */
static void note_success(struct mux *mux, struct pending *pending, struct client *client, const char *body)
{
	switch (pending->asked.type) {
	case XS_WATCH:
		/* One set again after the host changed is in the books already. */
		if (!pending->watch)
			return;
		if (!client) {
			unwatch_for_nobody(mux, pending->watch);
			return;
		}
		pending->watch->next = mux->watches;
		mux->watches = pending->watch;
		pending->watch = NULL;
		return;
	case XS_UNWATCH:
		for (struct watch **at = &mux->watches; pending->watch && *at; at = &(*at)->next)
			if (same_watch(*at, pending->watch)) {
				struct watch *gone = *at;
				*at = gone->next;
				free(gone);
				return;
			}
		return;
	case XS_TRANSACTION_START:
		if (client)
			set_transaction(client, 0, (uint32_t)strtoul(body, NULL, 10));
		else
			ask_for_nobody(mux, XS_TRANSACTION_END, (uint32_t)strtoul(body, NULL, 10), "F", 2);
		return;
	default:
		return;
	}
}

static void host_event(struct mux *mux, const struct xs_message *message)
{
	size_t path_length = strnlen(message->body, message->head.len) + 1;
	if (path_length >= message->head.len)
		return;
	char *token;
	struct client *client = client_by_number(mux, (unsigned)strtoul(message->body + path_length, &token, 10));
	if (!client || *token != ':')
		return;
	token++;
	struct xs_message event;
	size_t token_length = strlen(token) + 1;
	event.head = (struct xs_header){ XS_WATCH_EVENT, 0, 0, (uint32_t)(path_length + token_length) };
	memcpy(event.body, message->body, path_length);
	memcpy(event.body + path_length, token, token_length);
	tell_client(mux, client, &event);
}

void mux_host_message(struct mux *mux, const struct xs_message *message)
{
	if (message->head.type == XS_WATCH_EVENT) {
		host_event(mux, message);
		return;
	}
	struct pending **at = &mux->pending;
	while (*at && (*at)->id != message->head.req_id)
		at = &(*at)->next;
	struct pending *pending = *at;
	if (!pending)
		return;
	*at = pending->next;
	struct client *client = pending->owner ? client_by_number(mux, pending->owner) : NULL;
	if (client && pending->asked.type == XS_TRANSACTION_END)
		set_transaction(client, pending->asked.tx_id, 0);
	if (message->head.type != XS_ERROR)
		note_success(mux, pending, client, message->body);
	if (client) {
		struct xs_message reply = *message;
		reply.head.req_id = pending->asked.req_id;
		reply.head.tx_id = pending->asked.tx_id;
		tell_client(mux, client, &reply);
	}
	free(pending->watch);
	free(pending);
}

void mux_host_changed(struct mux *mux, int upstream)
{
	mux->upstream = upstream;
	while (mux->pending) {
		struct pending *pending = mux->pending;
		mux->pending = pending->next;
		struct client *client = pending->owner ? client_by_number(mux, pending->owner) : NULL;
		if (client)
			answer(mux, client, pending->asked, XS_ERROR, "EIO");
		free(pending->watch);
		free(pending);
	}
	for (struct client *client = mux->clients; client; client = client->next)
		memset(client->transactions, 0, sizeof(client->transactions));
	for (struct watch *watch = mux->watches; watch; watch = watch->next)
		ask_for_nobody(mux, XS_WATCH, 0, watch->body, watch->length);
}
