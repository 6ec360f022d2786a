/* The RAW file that belongs to a photo. */
#pragma once

#include "library/grant.h"

/* The permission to read it: the photo itself when it is a RAW file, else one that it stands for
 * (photo.stack_of), else one of the same name beside it. NOT_FOUND when there is none that `viewer`
 * may see. Not inside a transaction. */
Grant *companion_raw(Library *library, const Principal *viewer, const Grant *photo, GError **error);
