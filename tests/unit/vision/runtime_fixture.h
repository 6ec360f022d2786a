/* The runtime that the tests run models with: ALBUMEN_MODELS/onnxruntime/libonnxruntime.so. Without
 * it a test fails and says so: `make models` fetches it. */
#pragma once

#include "vision/session.h"

/* Of the process; loaded once. */
VisionRuntime *runtime_fixture(void);
/* For an orderly end. */
void runtime_fixture_drop(void);

/* A file of an installed model, ALBUMEN_MODELS/NAME/FILE; fails likewise. */
GBytes *fixture_file(const char *name, const char *file);
