#include "words_make.h"

#include "onnx_make.h"

static void size_text(char text[16], int size)
{
    g_snprintf(text, 16, "%d", size);
    if (size == 0) {
        g_strlcpy(text, "?", 16);
    }
}

/* Undoes CLIP's mean and deviation and gives (red, green, blue, 1/2), less the half. */
static void put_image(OnnxModel *model, const WordsShape *shape)
{
    const char *in = shape->other_names ? "in" : "pixel_values";
    const char *out = shape->other_names ? "out" : "image_embeds";
    char side[16];
    size_text(side, shape->side);
    g_autofree char *sizes = g_strdup_printf("?,3,%s,%s", side, side);
    onnx_input(model, in, ONNX_FLOAT, sizes);
    onnx_floats(model, "deviation", "1,3", (float[]){0.26862954F, 0.26130258F, 0.27577711F});
    onnx_floats(model, "mean", "1,3", (float[]){0.48145466F, 0.4578275F, 0.40821073F});
    onnx_floats(model, "middle", "1,3", (float[]){0.5F, 0.5F, 0.5F});
    onnx_node(model, "ReduceMean", in, "average", "axes=2,3 keepdims:0");
    onnx_node(model, "Mul", "average deviation", "spread", "");
    onnx_node(model, "Add", "spread mean", "colour", "");
    onnx_node(model, "Sub", "colour middle", out, "");
    onnx_output(model, out, ONNX_FLOAT, "?,3");
}

/* For each of the colours' tokens: is it in the row? Then the sum of those colours, less the half.
 */
static void put_text(OnnxModel *model, const WordsShape *shape)
{
    const char *in = shape->other_names ? "ids" : "input_ids";
    const char *out = shape->other_names ? "out" : "text_embeds";
    int element = shape->small ? ONNX_INT32 : ONNX_INT64;
    char tokens[16];
    size_text(tokens, shape->tokens);
    g_autofree char *sizes = g_strdup_printf("?,%s", tokens);
    onnx_input(model, in, element, sizes);
    onnx_node(model, "Cast", in, "wide", "to:7");
    const char *row = "wide";
    if (shape->mask) { /* what is masked out counts as the token 0 */
        onnx_input(model, "attention_mask", element, sizes);
        onnx_node(model, "Cast", "attention_mask", "wide_mask", "to:7");
        onnx_node(model, "Mul", "wide wide_mask", "masked", "");
        row = "masked";
    }
    onnx_ints(model, "names", "6,1", (gint64[]){736, 1901, 1746, 1579, 1449, 4481});
    onnx_floats(model, "colours", "6,3",
                (float[]){.5F, -.5F, -.5F, -.5F, .5F, -.5F, -.5F, -.5F, .5F, .5F, .5F, .5F, -.5F,
                          -.5F, -.5F, .5F, .5F, -.5F});
    g_autofree char *pair = g_strdup_printf("%s names", row);
    onnx_node(model, "Equal", pair, "is", "");
    onnx_node(model, "Cast", "is", "number", "to:1");
    onnx_node(model, "ReduceMax", "number", "found", "axes=1 keepdims:0");
    onnx_ints(model, "one_row", "2", (gint64[]){1, 6});
    onnx_node(model, "Reshape", "found one_row", "found_row", "");
    onnx_node(model, "MatMul", "found_row colours", out, "");
    onnx_output(model, out, ONNX_FLOAT, "?,3");
}

GBytes *make_image_words(const WordsShape *shape)
{
    OnnxModel *model = onnx_new();
    put_image(model, shape);
    return onnx_finish(model);
}

GBytes *make_text_words(const WordsShape *shape)
{
    OnnxModel *model = onnx_new();
    put_text(model, shape);
    return onnx_finish(model);
}

GBytes *make_both_words(const WordsShape *shape)
{
    OnnxModel *model = onnx_new();
    put_text(model, shape);
    put_image(model, shape);
    return onnx_finish(model);
}
