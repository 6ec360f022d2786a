#include "vision/words.h"

#include "base/limits.h"
#include "vision/fit.h"
#include "vision/similar.h"

#define WORDS_SIDE_PIXELS 224 /* CLIP's, where a model leaves its sizes open */
#define WORDS_TOKENS      77
#define WORDS_MOST_TOKENS 1024
#define NO_INPUT          LIMIT_MODEL_PORTS

struct Words {
    const VisionSession *session;
    gsize inputs;
    gsize picture, tokens, mask; /* places of inputs; NO_INPUT */
    FitSpec spec;
    guint length; /* of the row of tokens */
    gint64 pad;
    char *output;
};

static gboolean refuse(GError **error, const char *message)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED, "%s", message);
    return FALSE;
}

static gboolean is_row(const VisionPort *port)
{
    return (port->element == VISION_INT64 || port->element == VISION_INT32) && port->rank == 2;
}

/* Sorts the inputs. FALSE when there is one that we do not know. */
static gboolean find_inputs(Words *words, const VisionSession *session)
{
    const VisionPort *ports = vision_session_inputs(session, &words->inputs);
    words->session = session;
    words->picture = words->tokens = words->mask = NO_INPUT;
    gboolean known = TRUE;
    for (gsize i = 0; i < words->inputs; i++) {
        gboolean masks = strstr(ports[i].name, "mask") != NULL;
        gsize *place = ports[i].element == VISION_FLOAT && ports[i].rank == 4 ? &words->picture
                       : is_row(&ports[i]) && masks                           ? &words->mask
                       : is_row(&ports[i])                                    ? &words->tokens
                                                                              : NULL;
        known = known && place && *place == NO_INPUT;
        if (place) {
            *place = i;
        }
    }
    return known;
}

gboolean words_takes_pictures(const VisionSession *session)
{
    Words words;
    return find_inputs(&words, session) && words.picture != NO_INPUT;
}

gboolean words_takes_tokens(const VisionSession *session)
{
    Words words;
    return find_inputs(&words, session) && words.tokens != NO_INPUT;
}

static gboolean is_vector(const VisionPort *port)
{
    return port->element == VISION_FLOAT && port->rank == 2 && port->shape[0] <= 1 &&
           port->shape[1] <= LIMIT_MODEL_VECTOR_FLOATS;
}

/* The output that the options name, or one that is called as `half` has it ("image_embeds"), or the
 * only vector there is. */
static gboolean find_output(Words *words, const char *half, const char *chosen, GError **error)
{
    gsize count = 0, vectors = 0;
    const VisionPort *ports = vision_session_outputs(words->session, &count);
    g_autofree char *usual = g_strconcat(half, "_embeds", NULL);
    const VisionPort *named = vision_session_output(words->session, chosen ? chosen : usual);
    const VisionPort *only = NULL;
    for (gsize i = 0; i < count; i++) {
        if (is_vector(&ports[i])) {
            only = &ports[i];
            vectors++;
        }
    }
    const VisionPort *port = named || chosen ? named : vectors == 1 ? only : NULL;
    if (!port || !is_vector(port)) {
        return refuse(error, "the model has no output that is one vector");
    }
    words->output = g_strdup(port->name);
    return TRUE;
}

static gboolean plan_picture(Words *words, ModelOptions *options)
{
    gsize count = 0;
    const VisionPort *input = vision_session_inputs(words->session, &count) + words->picture;
    int side = (int)model_option_number(options, "side", 1, 4096, WORDS_SIDE_PIXELS);
    /* CLIP's, of what it was trained with; on 0..1, as its publications give them */
    words->spec = (FitSpec){.shape = FIT_CROP,
                            .mean = {0.48145466F, 0.4578275F, 0.40821073F},
                            .deviation = {0.26862954F, 0.26130258F, 0.27577711F}};
    fit_spec_adjust(&words->spec, options);
    for (int i = 0; i < 3; i++) {
        words->spec.mean[i] *= 255;
        words->spec.deviation[i] *= 255;
    }
    return fit_spec_of(input, side, &words->spec);
}

static gboolean plan_tokens(Words *words, ModelOptions *options)
{
    gsize count = 0;
    const VisionPort *input = vision_session_inputs(words->session, &count) + words->tokens;
    gint64 open =
        (gint64)model_option_number(options, "tokens", 3, WORDS_MOST_TOKENS, WORDS_TOKENS);
    gint64 length = input->shape[1] < 0 ? open : input->shape[1];
    words->length = (guint)length;
    words->pad = (gint64)model_option_number(options, "pad", 0, G_MAXINT32, 0);
    return input->shape[0] <= 1 && length >= 3 && length <= WORDS_MOST_TOKENS;
}

/* Both halves of a model with both are fed, whichever is asked for. */
static Words *words_new(const VisionSession *session, ModelOptions *options, const char *half,
                        GError **error)
{
    g_autoptr(Words) words = g_new0(Words, 1);
    gboolean pictures = strcmp(half, "image") == 0;
    if (!find_inputs(words, session) || (pictures ? words->picture : words->tokens) == NO_INPUT) {
        refuse(error, pictures ? "the model does not take one picture"
                               : "the model does not take one row of tokens");
        return NULL;
    }
    if ((words->picture != NO_INPUT && !plan_picture(words, options)) ||
        (words->tokens != NO_INPUT && !plan_tokens(words, options))) {
        refuse(error, "the model's inputs have sizes that do not fit");
        return NULL;
    }
    const char *chosen = model_option_text(options, "output", NULL);
    gboolean both = words->picture != NO_INPUT && words->tokens != NO_INPUT;
    if (!model_options_check(options, error) ||
        !find_output(words, half, both ? NULL : chosen, error)) {
        return NULL;
    }
    return g_steal_pointer(&words);
}

Words *words_image_new(const VisionSession *session, ModelOptions *options, GError **error)
{
    return words_new(session, options, "image", error);
}

Words *words_text_new(const VisionSession *session, ModelOptions *options, GError **error)
{
    return words_new(session, options, "text", error);
}

void words_free(Words *words)
{
    if (!words) {
        return;
    }
    g_free(words->output);
    g_free(words);
}

/* A row of whole numbers in the element that the input wants; `*ret_small` holds them when these
 * are of 32 bits. */
static VisionTensor row_tensor(const Words *words, gsize place, const gint64 *values,
                               gint32 **ret_small)
{
    gsize count = 0;
    const VisionPort *port = vision_session_inputs(words->session, &count) + place;
    VisionTensor tensor = {.element = port->element,
                           .rank = 2,
                           .shape = {1, words->length},
                           .count = words->length,
                           .int64s = values};
    if (port->element == VISION_INT32) {
        *ret_small = g_new(gint32, words->length);
        for (guint i = 0; i < words->length; i++) {
            (*ret_small)[i] = (gint32)values[i];
        }
        tensor.int32s = *ret_small;
    }
    return tensor;
}

/* Runs the model on pixels (NULL: black) and a row of tokens with its mask (NULL: padding). */
static GArray *run(const Words *words, const float *pixels, const gint64 *row, const gint64 *mask,
                   GError **error)
{
    VisionTensor inputs[LIMIT_MODEL_PORTS];
    const FitSpec *spec = &words->spec;
    g_autofree float *black = g_new0(float, (gsize)spec->width *(gsize)spec->height * 3);
    g_autofree gint64 *padding = g_new0(gint64, words->length + 1);
    g_autofree gint32 *small_row = NULL, *small_mask = NULL;
    if (words->picture != NO_INPUT) {
        inputs[words->picture] = fit_tensor(spec, pixels ? pixels : black);
    }
    if (words->tokens != NO_INPUT) {
        inputs[words->tokens] = row_tensor(words, words->tokens, row ? row : padding, &small_row);
    }
    if (words->mask != NO_INPUT) {
        padding[0] = 1; /* a mask of nothing would divide by zero inside */
        inputs[words->mask] = row_tensor(words, words->mask, mask ? mask : padding, &small_mask);
    }
    g_autoptr(VisionResult) result =
        vision_session_run(words->session, inputs, words->inputs, error);
    const VisionTensor *vector = result ? vision_result_named(result, words->output) : NULL;
    if (!result) {
        return NULL;
    }
    if (vector->element != VISION_FLOAT || vector->count == 0 ||
        vector->count > LIMIT_MODEL_VECTOR_FLOATS) {
        refuse(error, "the model gave no vector");
        return NULL;
    }
    return similar_unit(vector->floats, vector->count, NULL, error);
}

GArray *words_of_image(const Words *words, const VisionImage *image, GError **error)
{
    const FitSpec *spec = &words->spec;
    g_autofree float *pixels = g_new(float, (gsize)spec->width *(gsize)spec->height * 3);
    Fit fit;
    fit_image(image, NULL, spec, pixels, &fit);
    return run(words, pixels, NULL, NULL, error);
}

GArray *words_of_text(const Words *words, const Bpe *vocabulary, const char *text, GError **error)
{
    g_autoptr(GArray) tokens = bpe_encode(vocabulary, text, words->length - 2, error);
    if (!tokens) {
        return NULL;
    }
    g_autofree gint64 *row = g_new0(gint64, words->length);
    g_autofree gint64 *mask = g_new0(gint64, words->length);
    row[0] = bpe_start(vocabulary);
    for (guint i = 0; i < tokens->len; i++) {
        row[i + 1] = g_array_index(tokens, gint64, i);
    }
    row[tokens->len + 1] = bpe_end(vocabulary);
    for (guint i = 0; i < words->length; i++) {
        mask[i] = i < tokens->len + 2;
        row[i] = mask[i] ? row[i] : words->pad;
    }
    return run(words, NULL, row, mask, error);
}
