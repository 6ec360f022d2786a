/* Makes models of a few nodes, so that tests of what runs models need no download but the runtime:
 * ONNX's protobuf messages (onnx.proto of IR version 8, opset 13), as few of their fields as do. */
#pragma once

#include <glib.h>

typedef struct OnnxModel OnnxModel;

enum { ONNX_FLOAT = 1, ONNX_UINT8 = 2, ONNX_INT32 = 6, ONNX_INT64 = 7 };

OnnxModel *onnx_new(void);
/* The file; frees the model. */
GBytes *onnx_finish(OnnxModel *model);

/* `shape`: sizes with commas between, '?' for one that is open: "1,3,?,?". */
void onnx_input(OnnxModel *model, const char *name, int element, const char *shape);
void onnx_output(OnnxModel *model, const char *name, int element, const char *shape);
/* Constants; as many values as the shape says. */
void onnx_floats(OnnxModel *model, const char *name, const char *shape, const float *values);
void onnx_ints(OnnxModel *model, const char *name, const char *shape, const gint64 *values);
/* Names of inputs and outputs with blanks between; `attributes` are integers, or lists of them:
 * "axes=2,3 keepdims:0" (a list after '=', one after ':'), or "". */
void onnx_node(OnnxModel *model, const char *type, const char *inputs, const char *outputs,
               const char *attributes);
