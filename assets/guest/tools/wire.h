/* The XenStore wire protocol: a 16-byte header of four host-endian words, then at most 4096 bytes. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

enum xs_type {
	XS_CONTROL = 0,
	XS_DIRECTORY = 1,
	XS_READ = 2,
	XS_GET_PERMS = 3,
	XS_WATCH = 4,
	XS_UNWATCH = 5,
	XS_TRANSACTION_START = 6,
	XS_TRANSACTION_END = 7,
	XS_WRITE = 11,
	XS_RM = 13,
	XS_WATCH_EVENT = 15,
	XS_ERROR = 16,
	XS_RESET_WATCHES = 21,
	XS_DIRECTORY_PART = 22,
};

#define XS_PAYLOAD_MAX 4096

struct xs_header {
	uint32_t type, req_id, tx_id, len;
};

struct xs_message {
	struct xs_header head;
	/* One byte more than the protocol allows, so that text can always be ended. */
	char body[XS_PAYLOAD_MAX + 1];
};

/* A stream of messages being put together: bytes arrive as they like. */
struct xs_stream {
	size_t have;
	struct xs_message message;
};

/*
 * Reads what there is. Returns 1 when `stream->message` is complete (call xs_stream_next before the next read),
 * 0 when more is needed, -1 with errno when the other side is gone (errno 0: end of file) or speaks nonsense (EPROTO).
 */
int xs_stream_read(int fd, struct xs_stream *stream);
void xs_stream_next(struct xs_stream *stream);

/* Writes a whole message, waiting for room as long as it takes. Returns 0, or -1 with errno. */
int xs_message_write(int fd, const struct xs_message *message);

/* The errno for an error name of the protocol (EINVAL for an unknown one), and the other way round. */
int xs_errno(const char *name);
const char *xs_error_name(int number);

#define XS_SOCKET_PATH "/run/xenstored/socket"

#endif
