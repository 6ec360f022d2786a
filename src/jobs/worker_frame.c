#include "jobs/worker_frame.h"

#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both ends are one program on one machine: native byte order. */
typedef struct {
    guint32 kind;
    guint32 length;
} FrameHeader;

typedef union {
    struct cmsghdr header; /* for the alignment */
    char bytes[CMSG_SPACE(sizeof(int))];
} DescriptorMessage;

static gboolean set_gone(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                        "the worker process is gone");
    return FALSE;
}

static gboolean set_timeout(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TIMEOUT,
                        "the worker process did not answer in time");
    return FALSE;
}

/* Milliseconds left, rounded up, for poll(); -1 for ever. */
static int wait_left_ms(const FrameWait *wait)
{
    if (wait->deadline_us == 0) {
        return -1;
    }
    gint64 left_us = wait->deadline_us - g_get_monotonic_time();
    return (int)CLAMP((left_us + 999) / 1000, 0, G_MAXINT);
}

/* Waits until the socket is ready for `events` or broken, which the next call on it tells. */
static gboolean wait_for(int socket, short events, const FrameWait *wait, GError **error)
{
    struct pollfd fds[2] = {{.fd = socket, .events = events}, {.fd = -1}};
    if (wait->cancel) {
        fds[1].fd = wait->cancel->fd;
        fds[1].events = POLLIN;
    }
    for (;;) {
        int left_ms = wait_left_ms(wait);
        if (left_ms == 0) { /* also when more comes, byte by byte */
            return set_timeout(error);
        }
        int ready = poll(fds, G_N_ELEMENTS(fds), left_ms);
        if (ready < 0 && errno != EINTR) {
            return error_set_errno(error, errno, "wait for a worker process");
        }
        if (ready > 0 && fds[1].revents) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CANCELLED, "asked to stop");
            return FALSE;
        }
        if (ready > 0) {
            return TRUE;
        }
    }
}

/* After a call on the socket failed: TRUE when it should be tried again. */
static gboolean recover(int saved_errno, int socket, short events, const FrameWait *wait,
                        GError **error)
{
    switch (saved_errno) {
    case EINTR:
        return TRUE;
    case EAGAIN:
        return wait_for(socket, events, wait, error);
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN:
        return set_gone(error);
    default:
        return error_set_errno(error, saved_errno, "talk to a worker process");
    }
}

static void attach_descriptor(struct msghdr *message, DescriptorMessage *control, int descriptor)
{
    memset(control, 0, sizeof(*control));
    message->msg_control = control->bytes;
    message->msg_controllen = sizeof(control->bytes);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(descriptor));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
}

/* The one descriptor of a received message, -1 if it has none. */
static int detach_descriptor(struct msghdr *message)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int))) {
        return -1;
    }
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
    return descriptor;
}

static gboolean send_all(int socket, const void *data, gsize length, int descriptor,
                         const FrameWait *wait, GError **error)
{
    const char *rest = data;
    DescriptorMessage control;
    while (length > 0) {
        struct iovec part = {(void *)rest, length};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (descriptor >= 0) {
            attach_descriptor(&message, &control, descriptor);
        }
        ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (!recover(errno, socket, POLLOUT, wait, error)) {
                return FALSE;
            }
            continue;
        }
        descriptor = -1; /* it went with the first byte */
        rest += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

/* Without ret_descriptor the kernel has nowhere to put descriptors and drops them. */
static gboolean receive_all(int socket, void *data, gsize length, int *ret_descriptor,
                            const FrameWait *wait, GError **error)
{
    char *rest = data;
    while (length > 0) {
        struct iovec part = {rest, length};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        DescriptorMessage control;
        if (ret_descriptor && *ret_descriptor < 0) {
            message.msg_control = control.bytes;
            message.msg_controllen = sizeof(control.bytes);
        }
        ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (received < 0) {
            if (!recover(errno, socket, POLLIN, wait, error)) {
                return FALSE;
            }
            continue;
        }
        if (ret_descriptor && message.msg_controllen > 0) {
            *ret_descriptor = detach_descriptor(&message);
        }
        if (received == 0) {
            return set_gone(error);
        }
        rest += received;
        length -= (gsize)received;
    }
    return TRUE;
}

gboolean frame_send(int socket, FrameKind kind, GBytes *body, int descriptor, const FrameWait *wait,
                    GError **error)
{
    gsize length;
    const void *data = g_bytes_get_data(body, &length);
    g_return_val_if_fail(length <= LIMIT_WORKER_REPLY_BYTES, FALSE);
    FrameHeader header = {kind, (guint32)length};
    return send_all(socket, &header, sizeof(header), descriptor, wait, error) &&
           send_all(socket, data, length, -1, wait, error);
}

gboolean frame_receive(int socket, guint32 *ret_kind, GBytes **ret_body, int *ret_descriptor,
                       const FrameWait *wait, GError **error)
{
    int descriptor = -1;
    FrameHeader header;
    gboolean received = receive_all(socket, &header, sizeof(header),
                                    ret_descriptor ? &descriptor : NULL, wait, error);
    if (received && header.length > LIMIT_WORKER_REPLY_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                            "the worker process sent more than it may");
        received = FALSE;
    }
    g_autofree char *data = NULL;
    if (received && header.length > 0) {
        data = g_try_malloc(header.length);
        if (!data) {
            error_set_errno(error, ENOMEM, "take a worker's answer");
            received = FALSE;
        }
        received = received && receive_all(socket, data, header.length, NULL, wait, error);
    }
    if (!received) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return FALSE;
    }
    *ret_kind = header.kind;
    *ret_body = g_bytes_new_take(g_steal_pointer(&data), header.length);
    if (ret_descriptor) {
        *ret_descriptor = descriptor;
    }
    return TRUE;
}

gboolean frame_is_quiet(int socket)
{
    struct pollfd fd = {.fd = socket, .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}
