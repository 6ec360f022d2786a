/* Private to library/backup.c and restore.c: the names within a backup. */
#pragma once

#define BACKUP_FORMAT     1
#define BACKUP_MANIFEST   "albumen-backup.json" /* the first member */
#define BACKUP_TABLES     "tables/"             /* TABLE/N.json: an array of rows */
#define BACKUP_SETTINGS   "settings/"           /* files of the data folder itself */
#define BACKUP_TRASH      "trash/"
#define BACKUP_UPLOADS    "uploads/"
#define BACKUP_THUMBNAILS "thumbs/"
#define BACKUP_ORIGINALS  "originals/" /* SOURCE's id/PATH beneath it */

#define BACKUP_CHUNK_BYTES (1U << 20) /* of rows in one member, and one row more */
