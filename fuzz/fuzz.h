/* A fuzz target is one function; libFuzzer calls it with what it makes up (-Dfuzzing=true), and
 * replay.c with every committed file, as a unit test of any build. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
