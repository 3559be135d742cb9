// SPDX-License-Identifier: Apache-2.0
/* Connections. Addresses as inet_pton takes them; `::ffff:a.b.c.d` is sent as a mapped address. */
#include "doer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t parse(union address *a, const char *host, const char *port)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, host, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(atoi(port));
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(atoi(port));
	return inet_pton(AF_INET6, host, &a->v6.sin6_addr) == 1 ? sizeof(a->v6) : 0;
}

static int socket_for(const union address *a, const char *protocol)
{
	return socket(a->any.sa_family, (strcmp(protocol, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
}

/* connect tcp|udp HOST PORT: whether somebody answers does not matter */
int do_connect(int count, char **args)
{
	union address a;
	socklen_t length;
	if (count < 3 || !(length = parse(&a, args[1], args[2])))
		return 2;
	int fd = socket_for(&a, args[0]);
	if (fd < 0)
		return fail("socket");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	connect(fd, &a.any, length);
	close(fd);
	return 0;
}

int do_bind(int count, char **args)
{
	union address a;
	socklen_t length;
	if (count < 3 || !(length = parse(&a, args[1], args[2])))
		return 2;
	int fd = socket_for(&a, args[0]);
	if (fd < 0 || bind(fd, &a.any, length))
		return fail("bind");
	if (strcmp(args[0], "tcp") == 0 && listen(fd, 1))
		return fail("listen");
	close(fd);
	return 0;
}

/* send HOST PORT: one datagram on a socket that was never connected */
int do_send(int count, char **args)
{
	union address a;
	socklen_t length;
	if (count < 2 || !(length = parse(&a, args[0], args[1])))
		return 2;
	int fd = socket_for(&a, "udp");
	if (fd < 0)
		return fail("socket");
	if (sendto(fd, "x", 1, MSG_DONTWAIT, &a.any, length) < 0 && errno != ECONNREFUSED && errno != ENETUNREACH)
		return fail("sendto");
	close(fd);
	return 0;
}

/* flood-connect TIMES: one connected datagram socket after another, each to a new port or address of 127/8 */
int do_flood_connect(int count, char **args)
{
	if (count < 1)
		return 2;
	for (int i = 0; i < atoi(args[0]); i++) {
		union address a = {.v4 = {.sin_family = AF_INET}};
		a.v4.sin_port = htons(1024 + i % 60000);
		a.v4.sin_addr.s_addr = htonl(0x7f000001u + i / 60000);
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return fail("socket");
		connect(fd, &a.any, sizeof(a.v4));
		close(fd);
	}
	return 0;
}
