/* Every resource that outside input can size has its cap here, its unit in its name. This table is
 * also what docs/limits.md tells users. */
#pragma once

/* Pictures */
#define LIMIT_PICTURE_MEGAPIXELS  150         /* more is refused from the header alone */
#define LIMIT_PICTURE_SIDE_PIXELS 65000       /* JPEG's own limit is 65,500 */
#define LIMIT_PICTURE_FILE_BYTES  (4LL << 30) /* of one original */
#define LIMIT_EXIF_BYTES          (16U << 20) /* looked at in a file for its EXIF directories */
#define LIMIT_EXIF_ENTRIES        4096        /* over all directories of a file */
#define LIMIT_EXIF_DEPTH          8           /* directories within directories */
#define LIMIT_XMP_BYTES           (4U << 20)
#define LIMIT_XMP_DEPTH           64
#define LIMIT_KEYWORDS_PER_PHOTO  256
#define LIMIT_TEXT_FACT_BYTES     1024 /* a camera's name, a lens, a keyword */
#define LIMIT_ICC_BYTES           (4U << 20)
#define LIMIT_RAW_PREVIEW_BYTES   (64U << 20)
#define LIMIT_RAW_FILE_BYTES      (256U << 20)  /* read into memory to find its picture */
#define LIMIT_BITMAP_BYTES        (192U << 20)  /* decoded pixels of one picture at a time */
#define LIMIT_DECODER_BYTES       (448LL << 20) /* what one decode may need in all */
#define LIMIT_JPEG_SCANS          64            /* of a progressive JPEG */
#define LIMIT_JPEG_WARNINGS       1000          /* damaged places, before the picture is given up */

/* Worker processes */
#define LIMIT_WORKER_MEMORY_BYTES        (512LL << 20) /* writable memory of one worker */
#define LIMIT_WORKER_SECONDS_PER_PICTURE 60
#define LIMIT_WORKER_REPLY_BYTES         (96U << 20) /* facts and encoded pictures of one answer */
#define LIMIT_WORKERS                    64
#define LIMIT_WORKER_START_SECONDS       30            /* from the start to its greeting */
#define LIMIT_WORKER_DESCRIPTORS         64            /* open in one worker */
#define LIMIT_WORKER_PICTURES            1000          /* then a fresh one takes its place */
#define LIMIT_WORKER_RESTING_BYTES       (192LL << 20) /* resident between pictures, likewise */
#define LIMIT_WORKER_THUMBNAIL_BYTES     (4U << 20)
#define LIMIT_WORKER_MESSAGE_BYTES       1024 /* an error's sentence in an answer */

/* Models */
#define LIMIT_MODEL_PORTS          64  /* inputs of a model, and outputs */
#define LIMIT_MODELS               256 /* installed */
#define LIMIT_MODEL_FILE_BYTES     (2LL << 30)
#define LIMIT_MODEL_MANIFEST_BYTES (1U << 20)
#define LIMIT_MODEL_LABELS         10000      /* classes of a detector */
#define LIMIT_MODEL_INPUT_PIXELS   (4U << 20) /* of one input */
#define LIMIT_MODEL_VECTOR_FLOATS  8192
#define LIMIT_BOX_CANDIDATES       3000 /* of one picture, before overlapping ones are dropped */
#define LIMIT_OBJECTS_PER_PICTURE  300
#define LIMIT_VOCABULARY_BYTES     (16U << 20)
#define LIMIT_WORDS_TEXT_BYTES     1024 /* of a text that is searched for */

/* What models find, as a worker process may tell it */
#define LIMIT_OBJECT_LABEL_BYTES   64
#define LIMIT_FACE_CROP_BYTES      (20U << 10)
#define LIMIT_VISION_RESTING_BYTES (384LL << 20) /* resident, with models in it */
#define LIMIT_VISION_IDLE_SECONDS  300 /* then a worker ends, and its models' memory is free */

/* HTTP */
#define LIMIT_HTTP_THREADS                 16
#define LIMIT_HTTP_CONNECTIONS             12000
#define LIMIT_HTTP_CONNECTION_MEMORY_BYTES (32U << 10) /* request line and headers */
#define LIMIT_HTTP_IDLE_SECONDS            60
#define LIMIT_HTTP_JSON_BODY_BYTES         (10U << 20)
#define LIMIT_HTTP_BODIES_BYTES            (256LL << 20) /* of all that are being collected */
#define LIMIT_HTTP_JSON_DEPTH              64
#define LIMIT_HTTP_PARAMETERS              256
#define LIMIT_HTTP_PARAMETER_BYTES         (16U << 10)
#define LIMIT_HTTP_PATH_PARTS              32 /* that routes may name; {name...} takes any number */
#define LIMIT_HTTP_PATH_NAMES              8  /* {name}s of one route */
#define LIMIT_HTTP_COOKIES                 64 /* looked at in one request */
#define LIMIT_HTTP_VIOLATIONS              64 /* told in one answer */
#define LIMIT_HTTP_WORK_THREADS            16 /* for requests that are not quick */
#define LIMIT_HTTP_WORK_QUEUE              1024 /* of them waiting; more are refused */
#define LIMIT_HTTP_STREAMS                 256 /* bodies and answers that pass through, at a time */
#define LIMIT_HTTP_STREAM_BUFFER_BYTES     (256U << 10) /* of each of them, in memory */
#define LIMIT_HTTP_STREAM_PIECE_BYTES      (32U << 10)  /* handed to the socket at a time */
#define LIMIT_HTTP_PARTS                   1000         /* of a form */
#define LIMIT_HTTP_PART_HEADER_BYTES       (8U << 10)
#define LIMIT_HTTP_EVENT_STREAMS           1024
#define LIMIT_HTTP_EVENT_BYTES             (64U << 10)
#define LIMIT_HTTP_EVENT_STREAM_SECONDS    900 /* then its client comes again */
#define LIMIT_HTTP_HEARTBEAT_SECONDS       15  /* between comments on a quiet event stream */
#define LIMIT_JSON_OUTPUT_BYTES            (256U << 20)
#define LIMIT_JSON_OUTPUT_DEPTH            80

#define LIMIT_SCALED_CACHE_BYTES                                                                   \
    (16U << 20) /* of thumbnails scaled to a size that is not stored                               \
                 */

/* Documents that are read as a stream (base/json_reader.h) */
#define LIMIT_JSON_READ_DEPTH   64
#define LIMIT_JSON_KEY_BYTES    1024
#define LIMIT_JSON_NUMBER_BYTES 400 /* digits of one number */

/* Accounts */
#define LIMIT_ACCOUNTS                       10000
#define LIMIT_USERNAME_CHARACTERS            64
#define LIMIT_DISPLAY_NAME_CHARACTERS        200
#define LIMIT_PASSWORD_BYTES                 1024
#define LIMIT_DIRECTORIES                    1000 /* of one account, and shared by all */
#define LIMIT_DIRECTORY_BYTES                4096
#define LIMIT_KEYS_PER_ACCOUNT               100
#define LIMIT_KEY_NAME_CHARACTERS            100
#define LIMIT_REQUESTS_PER_HOUR              1000000000 /* that a key may be given */
#define LIMIT_ORGANIZATIONS                  1000
#define LIMIT_ORGANIZATION_NAME_CHARACTERS   200
#define LIMIT_ORGANIZATION_TEXT_CHARACTERS   10000      /* a description */
#define LIMIT_REPLAY_BODY_BYTES              (1U << 20) /* of an answer that is kept */
#define LIMIT_REPLAY_KEY_CHARACTERS          255        /* of a client's Idempotency-Key */
#define LIMIT_REPLAY_WAIT_SECONDS            25   /* for a request that is being answered already */
#define LIMIT_REPLAY_RUN_SECONDS             600  /* one that takes longer was left unfinished */
#define LIMIT_INVITES                        1000 /* of one organization at a time */
#define LIMIT_TOKEN_BYTES                    4096 /* of a session */
#define LIMIT_SESSION_SECONDS                172800
#define LIMIT_PASSWORD_CHECKS                2  /* at once; each takes 64 MiB */
#define LIMIT_PASSWORD_CHECKS_WAITING        6  /* for their turn; more are refused */
#define LIMIT_SIGN_IN_PER_NAME               10 /* attempts at once, then one every so often: */
#define LIMIT_SIGN_IN_REFILL_SECONDS         30
#define LIMIT_SIGN_IN_PER_ADDRESS            30 /* the same for an address (IPv6: for a /64) */
#define LIMIT_SIGN_IN_ADDRESS_REFILL_SECONDS 10
#define LIMIT_SIGN_IN_BUCKETS                4096 /* that attempts are counted in */
#define LIMIT_FORWARDED_ADDRESSES            32   /* looked at in one request */

/* Library */
#define LIMIT_SELECTION_CACHE_BYTES (32U << 20) /* of orders of photos lately asked for */
#define LIMIT_CATALOG_AUDIENCES     64          /* sets of folders whose counts are kept */
#define LIMIT_PAGE_PHOTOS           1000
#define LIMIT_ALBUMS_PER_ACCOUNT    10000
#define LIMIT_PATHS_PER_REQUEST     10000       /* files put into an album, registered, deleted */
#define LIMIT_SEARCH_PICTURE_BYTES  (32U << 20) /* in memory; of LIMIT_HTTP_STREAMS at once */
#define LIMIT_REGISTERED_AT_ONCE    200000 /* of a folder; the rest is told of when it was read */
#define LIMIT_ALBUM_NAME_CHARS      255
#define LIMIT_ALBUM_TEXT_CHARS      10000 /* a description */
#define LIMIT_SEARCH_CHARACTERS     200   /* typed into the search as you type */
#define LIMIT_LISTED_OBJECTS        10000 /* kinds of things in one answer */
#define LIMIT_IDS_PER_REQUEST       200
#define LIMIT_RATINGS_PER_REQUEST   1000
#define LIMIT_IDS_PER_CHANGE        1000 /* thrown away, removed, restored in one request */
#define LIMIT_UPLOADS_OPEN          1000 /* of one account, not yet whole */
#define LIMIT_UPLOAD_HOURS          168  /* an upload may take, then it is swept away */
#define LIMIT_UPLOAD_PUT_HOURS      24   /* what came to a signed address waits to be called for */
#define LIMIT_UPLOAD_BULK_IMAGES    500 /* of one request for addresses, or of one that registers */
#define LIMIT_UPLOAD_FIELD_BYTES    4096 /* a text of a form */
#define LIMIT_UPLOAD_NAME_BYTES     200
#define LIMIT_UPLOAD_METADATA_BYTES 4096
#define LIMIT_UPLOAD_FORM_BYTES     (16LL << 30)  /* of all files of one form */
#define LIMIT_UPLOAD_SPARE_BYTES    (256LL << 20) /* left free on the disk */
#define LIMIT_SCAN_DEPTH            128           /* folders within folders */
#define LIMIT_SCAN_FOLDER_ENTRIES   1000000       /* files and folders directly in one folder */
#define LIMIT_SCAN_BATCH_PHOTOS     64            /* written in one transaction */
#define LIMIT_SCAN_COPIES           1000   /* photos of one content that a moved file may be */
#define LIMIT_WAITING_JOBS          100    /* of one kind */
#define LIMIT_WATCHED_FOLDERS       500000 /* more are looked through from time to time */
#define LIMIT_WATCH_BATCH_FOLDERS   200    /* of a source; beyond it the whole is looked through */
#define LIMIT_LISTED_FAILURES       10000  /* told in one answer; the rest are counted */
#define LIMIT_GROUPING_STEPS        1000000000LL /* distances of groups of faces in one run */
#define LIMIT_STATEMENT_CACHE       128          /* prepared statements a connection */
#define LIMIT_SCAN_LOG_LINES        500          /* of what a scan says of itself */
#define LIMIT_READER_CONNECTIONS    16
#define LIMIT_WRITER_CONNECTIONS    8           /* to PostgreSQL; SQLite has one writer */
#define LIMIT_BLOB_GET_BYTES        (1LL << 30) /* larger ones are read through a descriptor */

/* The Pictograph dialect */
#define LIMIT_DUPLICATES_SAMPLE 2000  /* items that are compared with one another */
#define LIMIT_BATCH_ITEMS       10000 /* of one batch */
#define LIMIT_BULK_SAVES        200   /* items whose shapes one request replaces */
#define LIMIT_LISTED_ITEMS      10000 /* in one listing, or in a dataset's own answer */

/* Summaries and downloads */
#define LIMIT_SUMMARY_CACHE_BYTES     (32U << 20) /* of what was worked out of the whole library */
#define LIMIT_TIMELINE_PHOTOS         5000        /* in one answer; then the next page begins */
#define LIMIT_DOWNLOAD_PHOTOS         10000       /* in one archive */
#define LIMIT_DOWNLOAD_TICKETS_BYTES  (8U << 20)  /* of archives that may be asked for */
#define LIMIT_DOWNLOAD_TICKET_SECONDS 600

/* People and things */
#define LIMIT_FACES_PER_PICTURE           200 /* those that are surest */
#define LIMIT_FACE_CANDIDATES_PER_PICTURE 400 /* looked at twice; likewise */

/* Datasets */
#define LIMIT_DATASETS                  10000 /* of an organization */
#define LIMIT_DATASET_NAME_CHARACTERS   200
#define LIMIT_DATASET_TEXT_BYTES        (64U << 10) /* a description, a readme */
#define LIMIT_ITEMS_PER_DATASET         1000000
#define LIMIT_ITEMS_PER_REQUEST         100000 /* put in, listed by id, changed at once */
#define LIMIT_DIRECTORIES_PER_DATASET   20000
#define LIMIT_DIRECTORY_DEPTH           32
#define LIMIT_DIRECTORY_NAME_CHARACTERS 120
#define LIMIT_ITEM_NAME_BYTES           255
#define LIMIT_TAGS_PER_ITEM             64
#define LIMIT_ITEM_TAG_CHARACTERS       100
#define LIMIT_REVIEW_NOTE_CHARACTERS    4000

/* Vectors (vision/vector_index.h) */
#define LIMIT_VECTOR_FLOATS  4096     /* numbers of one vector */
#define LIMIT_SIMILAR_PHOTOS 500      /* found for one photo */
#define LIMIT_SIMILAR_FACES  2000     /* looked at for each face of the photo */
#define LIMIT_SEARCH_TERMS   16       /* words of one search */
#define LIMIT_VECTORS        20000000 /* of one space */

/* Shapes (studio/shape.h) */
#define LIMIT_SHAPE_POINTS            100000 /* of all its rings */
#define LIMIT_SHAPE_COORDINATE_PIXELS 1e9    /* either way from the corner of the picture */
#define LIMIT_SHAPE_UID_CHARACTERS    200
#define LIMIT_SHAPE_AUTHOR_CHARACTERS 200      /* and of a model's name */
#define LIMIT_SHAPE_ATTRIBUTES_BYTES  65536    /* and of answers; as JSON */
#define LIMIT_SHAPE_CROSSING_TESTS    20000000 /* looking for a ring that crosses itself */
#define LIMIT_SHAPES_PER_ITEM         20000
#define LIMIT_SHAPES_PACKED_BYTES     (64U << 20) /* of one item, unpacked again */
#define LIMIT_CLASSES_PER_PROJECT     10000
#define LIMIT_CLASS_NAME_CHARACTERS   120
#define LIMIT_CLASS_TEXT_BYTES        65536 /* attributes or skeleton, as JSON */
#define LIMIT_REVISIONS_PER_ITEM      200   /* kept of its history; older ones are thinned out */
#define LIMIT_ANNOTATION_FAULTS       100   /* told of one request */
#define LIMIT_COMMENT_CHARACTERS      10000
#define LIMIT_COMMENTS_PER_ITEM       1000

/* Exports (studio/export.h) */
#define LIMIT_MASK_CROSSINGS          2000000 /* of a polygon with holes, written as a mask */
#define LIMIT_EXPORT_NAME_CHARACTERS  100
#define LIMIT_EXPORTS_PER_DATASET     1000
#define LIMIT_EXPORT_CLASSES          1000 /* of a filter */
#define LIMIT_EXPORT_DAYS             7    /* then its file is swept away */
#define LIMIT_VERSIONS_PER_DATASET    1000
#define LIMIT_VERSION_NAME_CHARACTERS 100
#define LIMIT_VERSION_NOTE_CHARACTERS 10000

/* Imports (studio/import.h) */
#define LIMIT_IMPORT_FILE_BYTES       (8LL << 30)  /* as it is sent */
#define LIMIT_IMPORT_UNPACKED_BYTES   (32LL << 30) /* of all files of an archive */
#define LIMIT_IMPORT_RATIO            250          /* unpacked to packed bytes of an archive: */
#define LIMIT_IMPORT_RATIO_BYTES      (64LL << 20) /* which may be more up to here */
#define LIMIT_IMPORT_FILES            2000000      /* in an archive */
#define LIMIT_IMPORT_NAME_BYTES       4096         /* of a file in an archive */
#define LIMIT_IMPORT_IMAGES           1000000      /* that a file names */
#define LIMIT_IMPORT_SHAPES           10000000
#define LIMIT_IMPORT_TEXT_BYTES       (4U << 20)  /* of one text: a mask in COCO's packed form */
#define LIMIT_IMPORT_LINE_BYTES       (4U << 20)  /* of one line: a polygon in YOLO's form */
#define LIMIT_IMPORT_ATTRIBUTE_BYTES  (64U << 10) /* of a shape's attributes as JSON */
#define LIMIT_IMPORT_ANNOTATION_BYTES (8U << 20)  /* of one annotation as JSON */
#define LIMIT_IMPORT_MASK_PIXELS      (64U << 20) /* that a mask's box encloses */
#define LIMIT_IMPORT_JOINTS           1000        /* keypoints of one object */
#define LIMIT_IMPORT_SETTINGS_BYTES   (1U << 20)  /* data.yaml, classes.txt */
#define LIMIT_IMPORT_XML_DEPTH        32
#define LIMIT_IMPORT_PROBLEMS         100  /* told; the rest are counted */
#define LIMIT_IMPORT_UNMATCHED        1000 /* images told by name; likewise */
#define LIMIT_IMPORTS_PER_DATASET     100
#define LIMIT_IMPORT_HOURS            72 /* kept; then it is swept away */
