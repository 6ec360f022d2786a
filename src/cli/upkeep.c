#include "cli/upkeep.h"

#include "library/replay.h"
#include "library/trash.h"
#include "library/upload.h"
#include "studio/export.h"
#include "studio/import.h"

#define HOUR_SECONDS 3600
#define DAY_MS       (24LL * HOUR_SECONDS * 1000)

struct Upkeep {
    Library *library;
    gint64 keep_days; /* 0: what is in the trash stays */
    guint timer;
};

gboolean upkeep_recover(Library *library, GError **error)
{
    TrashRecovery recovery;
    if (!trash_recover(library, &recovery, error)) {
        return FALSE;
    }
    if (recovery.finished + recovery.undone + recovery.deleted + recovery.missing > 0) {
        fprintf(stderr,
                "albumen: the trash was put in order after an interruption: %" G_GINT64_FORMAT
                " moves finished, %" G_GINT64_FORMAT " undone, %" G_GINT64_FORMAT
                " deletions finished, %" G_GINT64_FORMAT " photos missing\n",
                recovery.finished, recovery.undone, recovery.deleted, recovery.missing);
    }
    if (recovery.lost > 0) {
        fprintf(stderr,
                "albumen: %" G_GINT64_FORMAT
                " photos in the trash have no file: albumen doctor --deep names them\n",
                recovery.lost);
    }
    return TRUE;
}

/* What time makes worthless. */
static const struct {
    gboolean (*sweep)(Library *library, GError **error);
    const char *what;
} chores[] = {
    {upload_sweep, "uploads that were given up"},
    {replay_sweep, "answers that nobody asks for again"},
    {export_sweep, "old exports"},
    {import_sweep, "imports that nobody went on with"},
};

static void empty_trash(const Upkeep *upkeep)
{
    g_autoptr(GError) error = NULL;
    gint64 photos = 0;
    gint64 before_ms = library_now_ms() - upkeep->keep_days * DAY_MS;
    if (!trash_empty_before(upkeep->library, before_ms, &photos, &error)) {
        g_warning("the trash cannot be emptied: %s", error->message);
    }
}

static gboolean tidy(gpointer data)
{
    const Upkeep *upkeep = data;
    for (gsize i = 0; i < G_N_ELEMENTS(chores); i++) {
        g_autoptr(GError) error = NULL;
        if (!chores[i].sweep(upkeep->library, &error)) {
            g_warning("%s cannot be swept away: %s", chores[i].what, error->message);
        }
    }
    if (upkeep->keep_days > 0) {
        empty_trash(upkeep);
    }
    return G_SOURCE_CONTINUE;
}

Upkeep *upkeep_start(Library *library, const Options *options, GError **error)
{
    g_autofree Upkeep *upkeep = g_new0(Upkeep, 1);
    upkeep->library = library;
    if (g_key_file_has_key(options->file, "trash", "keep_days", NULL)) {
        g_autoptr(GError) failure = NULL;
        upkeep->keep_days = g_key_file_get_int64(options->file, "trash", "keep_days", &failure);
        if (failure || upkeep->keep_days < 1) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                                "[trash] keep_days of albumen.conf must be a number of days, "
                                "1 or more");
            return NULL;
        }
    }
    upkeep->timer = g_timeout_add_seconds(HOUR_SECONDS, tidy, upkeep);
    tidy(upkeep);
    return g_steal_pointer(&upkeep);
}

void upkeep_stop(Upkeep *upkeep)
{
    if (upkeep) {
        g_source_remove(upkeep->timer);
    }
    g_free(upkeep);
}
