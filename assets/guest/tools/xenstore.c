/*
 * xenstore-read, -write, -list, -ls, -exists, -rm, -watch: the same words as the tools of a Xen system, over the
 * agent's socket.
 */
#include "client.h"
#include "commands.h"
#include "text.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PERMISSION_COLUMN 60
#define TAG_LENGTH 8 /* the length of ` = "..."` */
#define DEFAULT_WIDTH 80

struct options {
	int prefix, raw, full, tidy, count, depth;
};

struct context {
	struct xs_client *store;
	struct options options;
	uint32_t tx;
	int width;
	/* What a transaction prints is held back until it is committed. */
	FILE *out;
	/* The errno of what made the mode fail. */
	int error;
};

/* Says which key was refused, unless it only was in somebody's way and will be tried again. */
static int refused(struct context *c, const char *what, const char *key)
{
	c->error = errno;
	if (c->error != EAGAIN)
		warnx("%s %s", what, key);
	return 1;
}

/* ---- the modes: each does all its arguments and returns 0, or the exit code with errno ---- */

static int do_read(struct context *c, int count, char **keys)
{
	for (int i = 0; i < count; i++) {
		size_t length;
		char *value = xs_read(c->store, c->tx, keys[i], &length);
		if (!value)
			return refused(c, "couldn't read path", keys[i]);
		if (c->options.prefix)
			fprintf(c->out, "%s: ", keys[i]);
		if (c->options.raw) {
			fwrite(value, 1, length, c->out);
		} else {
			char *text = text_escape(value, length);
			fprintf(c->out, "%s\n", text ? text : "");
			free(text);
		}
		free(value);
	}
	return 0;
}

static int do_write(struct context *c, int count, char **pairs)
{
	for (int i = 0; i + 1 < count; i += 2) {
		char *value = strdup(pairs[i + 1]);
		if (!value)
			return 1;
		size_t length = c->options.raw ? strlen(value) : text_unescape(value);
		int failed = xs_write(c->store, c->tx, pairs[i], value, length) &&
			     refused(c, "could not write path", pairs[i]);
		free(value);
		if (failed)
			return 1;
	}
	return 0;
}

static int do_list(struct context *c, int count, char **keys)
{
	for (int i = 0; i < count; i++) {
		size_t length;
		char *names = xs_directory(c->store, c->tx, keys[i], &length);
		if (!names)
			return refused(c, "could not list path", keys[i]);
		for (char *name = names; name < names + length; name += strlen(name) + 1) {
			if (c->options.prefix)
				fprintf(c->out, "%s/", keys[i]);
			fprintf(c->out, "%s\n", name);
		}
		free(names);
	}
	return 0;
}

static int do_exists(struct context *c, int count, char **keys)
{
	for (int i = 0; i < count; i++) {
		size_t length;
		char *value = xs_read(c->store, c->tx, keys[i], &length);
		if (!value) {
			c->error = errno;
			return 1;
		}
		free(value);
	}
	return 0;
}

/* Removes parents that are left without a value and without children. */
static int tidy_up(struct context *c, char *path)
{
	char *slash;
	while ((slash = strrchr(path, '/')) && slash != path) {
		size_t value_length, list_length;
		*slash = '\0';
		char *value = xs_read(c->store, c->tx, path, &value_length);
		if (!value)
			return -1;
		free(value);
		char *names = xs_directory(c->store, c->tx, path, &list_length);
		if (!names)
			return -1;
		free(names);
		if (value_length || list_length)
			return 0;
		if (xs_rm(c->store, c->tx, path))
			return -1;
	}
	return 0;
}

static int do_rm(struct context *c, int count, char **keys)
{
	for (int i = 0; i < count; i++) {
		char *path = strdup(keys[i]);
		int failed = !path || xs_rm(c->store, c->tx, path) || (c->options.tidy && tidy_up(c, path));
		if (failed)
			refused(c, "could not remove path", keys[i]);
		free(path);
		if (failed)
			return 1;
	}
	return 0;
}

static void print_permissions(struct context *c, const char *path, int column)
{
	size_t length;
	char *list = xs_permissions(c->store, 0, path, &length);
	if (!list) {
		warn("could not access permissions for %s", path);
		return;
	}
	if (column) {
		putchar(' ');
		for (column++; column < PERMISSION_COLUMN && column < c->width; column++)
			putchar(column & 1 ? '.' : ' ');
	}
	fputs("  (", stdout);
	for (char *entry = list; entry < list + length; entry += strlen(entry) + 1)
		printf("%s%s", entry == list ? "" : ",", entry);
	putchar(')');
	free(list);
}

/* One line of the tree: name and value, cut to the width. */
static void print_node(struct context *c, const char *path, const char *name, int depth)
{
	size_t length;
	int column = 0;
	char *value = xs_read(c->store, 0, path, &length);
	char *text = value ? text_escape(value, length) : NULL;

	if (c->options.full) {
		fputs(path, stdout);
	} else {
		column = depth;
		int room = c->width - TAG_LENGTH - column;
		column += printf("%*s%.*s", depth, "", room > 0 ? room : 0, name) - depth;
	}
	if (!text) {
		putchar(':');
	} else if (c->width < column + (int)length + TAG_LENGTH) {
		int room = c->width - TAG_LENGTH - column;
		printf(" = \"%.*s\\...\"", room > 0 ? room : 0, text);
		column = 0;
	} else {
		column += printf(" = \"%s\"", text);
	}
	if (c->options.prefix)
		print_permissions(c, path, text ? column : 0);
	putchar('\n');
	free(text);
	free(value);
}

static int list_tree(struct context *c, const char *path, int depth)
{
	size_t length;
	char *names = xs_directory(c->store, 0, path, &length);
	if (!names) {
		/* A node may vanish under the walk. */
		if (depth && errno == ENOENT)
			return 0;
		warn("xs_directory (%s)", path);
		return 1;
	}
	int failed = 0;
	for (char *name = names; !failed && name < names + length; name += strlen(name) + 1) {
		char *child;
		if (asprintf(&child, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name) < 0)
			err(1, "memory");
		print_node(c, child, name, depth);
		failed = list_tree(c, child, depth + 1);
		free(child);
	}
	free(names);
	return failed;
}

static int do_ls(struct context *c, int count, char **keys)
{
	static char *everything[] = { "/" };
	struct winsize size;
	c->width = DEFAULT_WIDTH;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col > TAG_LENGTH + 2)
		c->width = size.ws_col - 2;
	if (!count) {
		keys = everything;
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		if (!*keys[i])
			errx(1, "an empty path");
		if (list_tree(c, keys[i], 0))
			return 1;
	}
	return 0;
}

static int do_watch(struct context *c, int count, char **keys)
{
	for (int i = 0; i < count; i++)
		if (xs_watch(c->store, keys[i], keys[i], c->options.depth))
			err(1, "can't add watch on %s", keys[i]);
	for (int seen = 0; c->options.count < 0 || seen < c->options.count; seen++) {
		const char *path, *token;
		if (xs_next_event(c->store, 1, &path, &token) < 0)
			err(1, "the store is gone");
		puts(path);
		fflush(stdout);
	}
	return 0;
}

/* ---- the table, options, transactions ---- */

static const struct mode {
	const char *name, *flags, *usage;
	int (*run)(struct context *, int, char **);
	/* Number of arguments from which a transaction is used; 0 = never. */
	int transaction_from;
	int least, pairs;
} modes[] = {
	{ "read", "pRs", "[-p] [-R] key [...]", do_read, 2, 1, 0 },
	{ "write", "Rs", "[-R] key value [...]", do_write, 3, 2, 1 },
	{ "list", "ps", "[-p] key [...]", do_list, 1, 1, 0 },
	{ "ls", "fps", "[-f] [-p] [key ...]", do_ls, 0, 0, 0 },
	{ "exists", "s", "key [...]", do_exists, 1, 1, 0 },
	{ "rm", "ts", "[-t] key [...]", do_rm, 1, 1, 0 },
	{ "watch", "n:d:s", "[-n NR] [-d DEPTH] key [...]", do_watch, 0, 1, 0 },
};

static int usage(const struct mode *mode)
{
	fprintf(stderr, "Usage: xenstore-%s [-h] [-s] %s\n", mode->name, mode->usage);
	return 1;
}

/* Returns 0, or the exit code plus one when there is nothing more to do. */
static int parse(const struct mode *mode, int argc, char **argv, struct options *options)
{
	char known[16];
	int option;
	snprintf(known, sizeof(known), "h%s", mode->flags);
	while ((option = getopt(argc, argv, known)) != -1) {
		switch (option) {
		case 'p': options->prefix = 1; break;
		case 'R': options->raw = 1; break;
		case 'f': options->full = 1; break;
		case 't': options->tidy = 1; break;
		case 'n': options->count = atoi(optarg); break;
		case 'd': options->depth = atoi(optarg); break;
		case 's': break; /* the socket is all there is */
		case 'h': usage(mode); return 1;
		default: return usage(mode) + 1;
		}
	}
	int left = argc - optind;
	if (left < mode->least || (mode->pairs && left % 2))
		return usage(mode) + 1;
	return 0;
}

/* Repeats the whole of it while somebody else's changes come in between. */
static int run_in_transaction(const struct mode *mode, struct context *c, int count, char **arguments)
{
	for (;;) {
		char *printed = NULL;
		size_t length;
		c->out = open_memstream(&printed, &length);
		c->tx = xs_transaction_start(c->store);
		if (!c->out || !c->tx)
			err(1, "couldn't start transaction");
		int failed = mode->run(c, count, arguments);
		int again = failed && c->error == EAGAIN;
		fclose(c->out);
		if (xs_transaction_end(c->store, c->tx, !failed) && errno == EAGAIN)
			again = 1;
		if (!failed && !again)
			fwrite(printed, 1, length, stdout);
		free(printed);
		if (!again)
			return failed;
	}
}

int xenstore_main(const char *name, int argc, char **argv)
{
	const struct mode *mode = NULL;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i].name, name))
			mode = &modes[i];
	if (!mode) {
		fprintf(stderr, "Usage: xenstore MODE [...], with MODE one of:");
		for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
			fprintf(stderr, " %s", modes[i].name);
		fputc('\n', stderr);
		return 1;
	}
	struct context c = { .options = { .count = -1, .depth = -1 }, .out = stdout };
	int done = parse(mode, argc, argv, &c.options);
	if (done)
		return done - 1;
	c.store = xs_connect();
	if (!c.store)
		errx(1, "no XenStore here: the host offers no port for it, or domus-agent does not run");
	int count = argc - optind;
	char **arguments = argv + optind;
	int code = mode->transaction_from && count >= mode->transaction_from ?
			   run_in_transaction(mode, &c, count, arguments) :
			   mode->run(&c, count, arguments);
	xs_close(c.store);
	if (fflush(stdout))
		return 1;
	return code;
}
