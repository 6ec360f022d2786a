/* A selection as one zip. A browser saves what it navigates to, and cannot send a list of thousands
 * of photos there: so the list is left here first, and answered with an address of its own. */
#include "api/albumen/albumen.h"
#include "api/attachment.h"
#include "base/ids.h"
#include "base/limits.h"
#include "library/download.h"

#define TICKET_BYTES 16 /* random: nobody guesses one */

/* In Api.downloads, by its number. */
typedef struct {
    gint64 account; /* of whom it is good for */
    gint64 expires_us;
    gsize count;
    gint64 ids[];
} Ticket;

LruCache *albumen_downloads_new(void)
{
    return lru_cache_new(LIMIT_DOWNLOAD_TICKETS_BYTES, g_atomic_rc_box_acquire,
                         g_atomic_rc_box_release);
}

static Ticket *ticket_new(const HttpRequest *request, const json_t *ids)
{
    gsize count = json_array_size(ids);
    Ticket *ticket = g_atomic_rc_box_alloc0(sizeof *ticket + count * sizeof ticket->ids[0]);
    ticket->account = principal_account(api_principal(request));
    ticket->expires_us =
        g_get_monotonic_time() + LIMIT_DOWNLOAD_TICKET_SECONDS * G_TIME_SPAN_SECOND;
    ticket->count = count;
    for (gsize i = 0; i < count; i++) {
        ticket->ids[i] = json_integer_value(json_array_get(ids, i));
    }
    return ticket;
}

/* Keeps the ticket; the answer names its address. */
static gboolean respond_ticket(HttpRequest *request, Ticket *ticket, gint64 photos, GError **error)
{
    g_autofree char *number = random_hex(TICKET_BYTES);
    g_autofree char *url = g_strconcat("/api/albumen/downloads/", number, NULL);
    lru_cache_put(api_of(request)->downloads, number, ticket,
                  sizeof *ticket + ticket->count * sizeof ticket->ids[0]);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "url", url);
    json_member_int(writer, "photos", photos);
    json_object_end(writer);
    http_set_header(request, "Location", url);
    return http_respond_json(request, writer, error);
}

gboolean albumen_download_prepare(HttpRequest *request, GError **error)
{
    Ticket *ticket = ticket_new(request, json_object_get(http_body(request), "ids"));
    gint64 photos = download_count(api_of(request)->library, api_principal(request), ticket->ids,
                                   ticket->count, error);
    if (photos == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
    }
    gboolean done = photos > 0 && respond_ticket(request, ticket, photos, error);
    g_atomic_rc_box_release(ticket);
    return done;
}

/* Anybody but whoever made it is told that it is not there. */
static gboolean is_good(const HttpRequest *request, const Ticket *ticket)
{
    const Principal *principal = api_principal(request);
    return principal_is_authenticated(principal) &&
           ticket->account == principal_account(principal) &&
           g_get_monotonic_time() < ticket->expires_us;
}

static gssize pull(gpointer data, guint8 *buffer, gsize most, GCancellable *cancellable,
                   GError **error)
{
    return download_pull(data, buffer, most, error);
}

static gboolean send_archive(HttpRequest *request, const Ticket *ticket, GError **error)
{
    Download *download = download_new(api_of(request)->library, api_principal(request), ticket->ids,
                                      ticket->count, error);
    if (!download) {
        return FALSE;
    }
    attachment_set(request, "photos.zip");
    http_set_header(request, "Cache-Control", "private, no-store");
    return http_respond_stream(request, "application/zip", download_bytes(download), pull, download,
                               (GDestroyNotify)download_free, error);
}

gboolean albumen_download(HttpRequest *request, GError **error)
{
    Ticket *ticket = lru_cache_get(api_of(request)->downloads, http_text(request, "ticket", ""));
    gboolean good = ticket && is_good(request, ticket);
    if (!good) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "This download is over; choose the photos again");
    }
    gboolean sent = good && send_archive(request, ticket, error);
    g_clear_pointer(&ticket, g_atomic_rc_box_release);
    return sent;
}
