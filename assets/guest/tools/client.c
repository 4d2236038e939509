#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct event {
	struct event *next;
	size_t length;
	char text[];
};

struct xs_client {
	int fd;
	uint32_t last_id;
	struct xs_stream in;
	struct xs_message out;
	struct event *first, **last;
	struct event *shown;
};

struct xs_client *xs_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = XS_SOCKET_PATH };
	struct xs_client *client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->last = &client->first;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd >= 0 && !connect(client->fd, (struct sockaddr *)&address, sizeof(address)))
		return client;
	int why = errno;
	if (client->fd >= 0)
		close(client->fd);
	free(client);
	errno = why;
	return NULL;
}

void xs_close(struct xs_client *client)
{
	while (client->first) {
		struct event *event = client->first;
		client->first = event->next;
		free(event);
	}
	free(client->shown);
	close(client->fd);
	free(client);
}

int xs_fd(const struct xs_client *client)
{
	return client->fd;
}

static int keep_event(struct xs_client *client)
{
	const struct xs_message *message = &client->in.message;
	struct event *event = malloc(sizeof(*event) + message->head.len + 1);
	if (!event)
		return -1;
	event->next = NULL;
	event->length = message->head.len;
	memcpy(event->text, message->body, message->head.len + 1);
	*client->last = event;
	client->last = &event->next;
	return 0;
}

/* Waits for the reply to the last request; it is in client->in.message until the next request. */
static int await_reply(struct xs_client *client)
{
	struct xs_stream *in = &client->in;
	for (;;) {
		int done = xs_stream_read(client->fd, in);
		if (done < 0) {
			if (!errno)
				errno = EIO;
			return -1;
		}
		if (!done)
			continue;
		int is_reply = in->message.head.type != XS_WATCH_EVENT && in->message.head.req_id == client->last_id;
		if (in->message.head.type == XS_WATCH_EVENT && keep_event(client))
			return -1;
		xs_stream_next(in);
		if (!is_reply)
			continue;
		if (in->message.head.type != XS_ERROR)
			return 0;
		errno = xs_errno(in->message.body);
		return -1;
	}
}

/* One request of `count` pieces of payload. */
struct piece {
	const char *at;
	size_t length;
};

static int request(struct xs_client *client, enum xs_type type, uint32_t tx, const struct piece *pieces, int count)
{
	struct xs_message *out = &client->out;
	size_t length = 0;
	for (int i = 0; i < count; i++) {
		if (length + pieces[i].length > XS_PAYLOAD_MAX) {
			errno = E2BIG;
			return -1;
		}
		memcpy(out->body + length, pieces[i].at, pieces[i].length);
		length += pieces[i].length;
	}
	out->head = (struct xs_header){ type, ++client->last_id, tx, (uint32_t)length };
	if (xs_message_write(client->fd, out))
		return -1;
	return await_reply(client);
}

#define TEXT(string) { string, strlen(string) + 1 }

static char *copy_reply(struct xs_client *client, size_t *length)
{
	size_t size = client->in.message.head.len;
	char *copy = malloc(size + 1);
	if (!copy)
		return NULL;
	memcpy(copy, client->in.message.body, size);
	copy[size] = '\0';
	*length = size;
	return copy;
}

static char *ask(struct xs_client *client, enum xs_type type, uint32_t tx, const char *path, size_t *length)
{
	struct piece pieces[] = { TEXT(path) };
	return request(client, type, tx, pieces, 1) ? NULL : copy_reply(client, length);
}

char *xs_read(struct xs_client *client, uint32_t tx, const char *path, size_t *length)
{
	return ask(client, XS_READ, tx, path, length);
}

char *xs_permissions(struct xs_client *client, uint32_t tx, const char *path, size_t *length)
{
	return ask(client, XS_GET_PERMS, tx, path, length);
}

int xs_write(struct xs_client *client, uint32_t tx, const char *path, const char *value, size_t length)
{
	struct piece pieces[] = { TEXT(path), { value, length } };
	return request(client, XS_WRITE, tx, pieces, 2);
}

int xs_rm(struct xs_client *client, uint32_t tx, const char *path)
{
	struct piece pieces[] = { TEXT(path) };
	return request(client, XS_RM, tx, pieces, 1);
}

/* A list longer than one message comes in parts; a change in between (another generation) starts it again. */
static char *directory_in_parts(struct xs_client *client, uint32_t tx, const char *path, size_t *length)
{
	char *all = NULL, generation[32] = "", offset[16];
	size_t have = 0;
	for (;;) {
		snprintf(offset, sizeof(offset), "%zu", have);
		struct piece pieces[] = { TEXT(path), TEXT(offset) };
		if (request(client, XS_DIRECTORY_PART, tx, pieces, 2))
			break;
		const char *body = client->in.message.body;
		size_t size = client->in.message.head.len, skip = strlen(body) + 1;
		if (skip > size || skip > sizeof(generation)) {
			errno = EPROTO;
			break;
		}
		if (have && strcmp(generation, body)) {
			have = 0;
			generation[0] = '\0';
			continue;
		}
		strcpy(generation, body);
		size -= skip;
		char *more = realloc(all, have + size + 1);
		if (!more)
			break;
		all = more;
		memcpy(all + have, body + skip, size);
		have += size;
		/* An empty name marks the end. */
		if (!size || (size == 1 && !all[have - 1]) || (size > 1 && !all[have - 1] && !all[have - 2])) {
			*length = have ? have - 1 : 0;
			return all;
		}
	}
	free(all);
	return NULL;
}

char *xs_directory(struct xs_client *client, uint32_t tx, const char *path, size_t *length)
{
	char *names = ask(client, XS_DIRECTORY, tx, path, length);
	if (!names && errno == E2BIG)
		names = directory_in_parts(client, tx, path, length);
	return names;
}

uint32_t xs_transaction_start(struct xs_client *client)
{
	struct piece pieces[] = { TEXT("") };
	if (request(client, XS_TRANSACTION_START, 0, pieces, 1))
		return 0;
	return (uint32_t)strtoul(client->in.message.body, NULL, 10);
}

int xs_transaction_end(struct xs_client *client, uint32_t tx, int commit)
{
	struct piece pieces[] = { TEXT(commit ? "T" : "F") };
	return request(client, XS_TRANSACTION_END, tx, pieces, 1);
}

int xs_watch(struct xs_client *client, const char *path, const char *token, int depth)
{
	char levels[16];
	snprintf(levels, sizeof(levels), "%d", depth);
	struct piece pieces[] = { TEXT(path), TEXT(token), TEXT(levels) };
	return request(client, XS_WATCH, 0, pieces, depth < 0 ? 2 : 3);
}

int xs_unwatch(struct xs_client *client, const char *path, const char *token)
{
	struct piece pieces[] = { TEXT(path), TEXT(token) };
	return request(client, XS_UNWATCH, 0, pieces, 2);
}

int xs_next_event(struct xs_client *client, int wait, const char **path, const char **token)
{
	while (!client->first) {
		struct pollfd ready = { .fd = client->fd, .events = POLLIN };
		if (!wait && poll(&ready, 1, 0) <= 0)
			return 0;
		int done = xs_stream_read(client->fd, &client->in);
		if (done < 0) {
			if (!errno)
				errno = EIO;
			return -1;
		}
		if (done && client->in.message.head.type == XS_WATCH_EVENT && keep_event(client))
			return -1;
		if (done)
			xs_stream_next(&client->in);
	}
	free(client->shown);
	struct event *event = client->shown = client->first;
	client->first = event->next;
	if (!client->first)
		client->last = &client->first;
	*path = event->text;
	size_t end = strlen(event->text) + 1;
	*token = end < event->length ? event->text + end : "";
	return 1;
}
