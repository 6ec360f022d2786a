/* What a network is for and how it is fed and read, told from its inputs and outputs: for models
 * that come without a manifest. */
#pragma once

#include "vision/model.h"
#include "vision/session.h"

typedef struct {
    ModelPurpose purpose;
    const char *family;
    char *options; /* JSON; the caller's */
} ModelGuess;

/* UNSUPPORTED when the shapes are of no family, or of several. */
gboolean model_guess(const VisionSession *session, ModelGuess *ret_guess, GError **error);
