#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EINVAL", EINVAL },	  { "EACCES", EACCES }, { "EEXIST", EEXIST }, { "EISDIR", EISDIR },
	{ "ENOENT", ENOENT },	  { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "EIO", EIO },
	{ "ENOTEMPTY", ENOTEMPTY }, { "ENOSYS", ENOSYS }, { "EROFS", EROFS },	{ "EBUSY", EBUSY },
	{ "EAGAIN", EAGAIN },	  { "EISCONN", EISCONN }, { "E2BIG", E2BIG },	{ "EPERM", EPERM },
};

#define ERROR_COUNT (sizeof(errors) / sizeof(errors[0]))

int xs_errno(const char *name)
{
	for (size_t i = 0; i < ERROR_COUNT; i++)
		if (!strcmp(errors[i].name, name))
			return errors[i].number;
	return EINVAL;
}

const char *xs_error_name(int number)
{
	for (size_t i = 0; i < ERROR_COUNT; i++)
		if (errors[i].number == number)
			return errors[i].name;
	return "EINVAL";
}

void xs_stream_next(struct xs_stream *stream)
{
	stream->have = 0;
}

int xs_stream_read(int fd, struct xs_stream *stream)
{
	const size_t head = sizeof(struct xs_header);
	for (;;) {
		size_t want = stream->have < head ? head : head + stream->message.head.len;
		if (stream->have == want && want >= head) {
			stream->message.body[stream->message.head.len] = '\0';
			return 1;
		}
		ssize_t got = read(fd, (char *)&stream->message + stream->have, want - stream->have);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return errno == EAGAIN ? 0 : -1;
		}
		if (got == 0) {
			errno = 0;
			return -1;
		}
		stream->have += (size_t)got;
		if (stream->have == head && stream->message.head.len > XS_PAYLOAD_MAX) {
			errno = EPROTO;
			return -1;
		}
	}
}

int xs_message_write(int fd, const struct xs_message *message)
{
	const char *at = (const char *)message;
	size_t left = sizeof(message->head) + message->head.len;
	while (left) {
		ssize_t put = write(fd, at, left);
		if (put < 0 && errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };
			poll(&room, 1, -1);
			if (room.revents & (POLLHUP | POLLERR)) {
				errno = EPIPE;
				return -1;
			}
			continue;
		}
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		left -= (size_t)put;
	}
	return 0;
}
