#include "jobs/scan.h"

#include "base/limits.h"

#include <math.h>

static gint64 done(const ScanProgress *progress)
{
    return progress->indexed + progress->unchanged + progress->failed;
}

double scan_rate(const ScanProgress *progress)
{
    gint64 read = progress->indexed + progress->failed;
    return read > 0 && progress->seconds > 0 ? (double)read / progress->seconds : NAN;
}

double scan_seconds_left(const ScanProgress *progress)
{
    if (progress->total < 0 || progress->seconds < 1 || done(progress) == 0) {
        return NAN;
    }
    double each = progress->seconds / (double)done(progress);
    return each * (double)MAX(0, progress->total - done(progress));
}

char *scan_progress_line(const ScanProgress *progress)
{
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "%" G_GINT64_FORMAT, done(progress));
    if (progress->total >= 0) {
        g_string_append_printf(line, " of %" G_GINT64_FORMAT, progress->total);
    }
    g_string_append_printf(line, " pictures, %" G_GINT64_FORMAT " failed", progress->failed);
    double rate = scan_rate(progress);
    if (!isnan(rate)) {
        g_string_append_printf(line, ", %.1f a second", rate);
    }
    return g_string_free(line, FALSE);
}

char *scan_summary(const ScanProgress *progress)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " pictures found: %" G_GINT64_FORMAT
                           " indexed (%" G_GINT64_FORMAT " of them moved), %" G_GINT64_FORMAT
                           " unchanged, %" G_GINT64_FORMAT " failed, %" G_GINT64_FORMAT
                           " missing, in %.1f seconds",
                           progress->found, progress->indexed, progress->moved, progress->unchanged,
                           progress->failed, progress->missing, progress->seconds);
}

void scan_write_counts(JsonWriter *writer, const ScanProgress *progress)
{
    json_member_int(writer, "found", progress->found);
    json_member_int(writer, "indexed", progress->indexed);
    json_member_int(writer, "moved", progress->moved);
    json_member_int(writer, "unchanged", progress->unchanged);
    json_member_int(writer, "failed", progress->failed);
    json_member_int(writer, "missing", progress->missing);
}

char *scan_progress_json(const ScanProgress *progress)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    scan_write_counts(writer, progress);
    json_member_int(writer, "done", done(progress));
    json_key(writer, "total");
    if (progress->total >= 0) {
        json_int(writer, progress->total);
    } else {
        json_none(writer);
    }
    json_member_double(writer, "rate", scan_rate(progress));
    json_member_double(writer, "seconds", progress->seconds);
    json_member_double(writer, "seconds_left", scan_seconds_left(progress));
    json_object_end(writer);
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}
