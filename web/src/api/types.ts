// The answers of /api/albumen, as far as this app reads them.

export interface PhotoSummary {
  readonly id: number;
  readonly path: string;
  readonly filename: string;
  /** `YYYY:MM:DD HH:MM:SS` by the camera's clock. */
  readonly date_taken: string | null;
  readonly image_width: number | null;
  readonly image_height: number | null;
  readonly format: string | null;
  readonly caption: string | null;
  readonly star_rating: number | null;
  readonly is_favorite: boolean | null;
  readonly is_rejected: boolean | null;
  readonly camera_model: string | null;
  /** Stands for other files of the same shot; told of tiles. */
  readonly has_stack?: boolean;
}

export interface PhotoDetails extends PhotoSummary {
  readonly uuid: string | null;
  readonly folder: string | null;
  readonly file_bytes: number | null;
  readonly orientation: number | null;
  readonly taken_offset_minutes: number | null;
  readonly taken_local_ms: number | null;
  readonly camera_make: string | null;
  readonly lens_model: string | null;
  readonly software: string | null;
  readonly artist: string | null;
  readonly copyright: string | null;
  readonly title: string | null;
  readonly iso: number | null;
  readonly f_stop: number | null;
  /** Seconds, in decimals. */
  readonly shutter_speed: string | null;
  readonly focal_length: number | null;
  readonly focal_length_35mm: number | null;
  readonly exposure_bias_ev: number | null;
  readonly flash: number | null;
  readonly gps_latitude: number | null;
  readonly gps_longitude: number | null;
  readonly gps_altitude: number | null;
  readonly tags_list: readonly string[] | null;
  readonly phash: string | null;
  readonly content_hash: string | null;
  readonly indexed_at: string | null;
  /** Other files of the same shot: a RAW and its JPEG. Absent where there are none. */
  readonly stack?: readonly StackMember[];
  /** How many other files have the same content. */
  readonly copies?: number;
  /** Null while no model has looked at the photo. */
  readonly faces?: readonly Face[] | null;
  readonly objects?: readonly Thing[] | null;
}

/** x, y, width and height as fractions of the upright picture. */
export type Box = readonly [number, number, number, number];

export interface PersonRef {
  readonly id: number;
  /** Null until somebody names them. */
  readonly name: string | null;
}

export interface Face {
  readonly id: number;
  readonly photo_id: number;
  readonly box: Box;
  /** Null for boxes that a person drew. */
  readonly confidence: number | null;
  readonly person: PersonRef | null;
  readonly assigned_by: 'machine' | 'user' | null;
}

export interface Thing {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
}

export interface SimilarPhotos {
  readonly photos: readonly { readonly id: number; readonly similarity: number }[];
  /** Why there are none. */
  readonly detail: string | null;
}

export interface StackMember {
  readonly id: number;
  readonly filename: string;
  readonly format: string | null;
}

export interface Scan {
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly found: number;
  readonly indexed: number;
  /** Files that are elsewhere than before. */
  readonly moved: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Files that were in the library and are gone. */
  readonly missing: number;
  readonly done: number;
  /** How many files there are; null until they have been counted. */
  readonly total: number | null;
  /** Files a second. */
  readonly rate: number | null;
  readonly seconds_left: number | null;
  /** Null while the scan waits. */
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** Why it failed. */
  readonly error: string | null;
}

export interface LibraryStatus {
  readonly photos: number;
  readonly failures: number;
  readonly sources: readonly { readonly path: string; readonly scanned_at: string | null }[];
  readonly version: string;
  readonly scan: Scan | null;
}

export interface Failure {
  readonly path: string;
  readonly filename: string;
  readonly folder: string;
  readonly code: string;
  readonly reason: string;
  readonly file_bytes: number | null;
  readonly failed_at: string;
}

export interface FailurePage {
  readonly failures: readonly Failure[];
  readonly total: number;
  readonly next_cursor: string | null;
}

/** A value to filter by, and how many photos have it. */
export type FilterOption = readonly [value: string, photos: number];

/** A folder with photos below it, as the folders room shows it. */
export interface Folder {
  readonly name: string;
  readonly path: string;
  readonly photo_count: number;
  readonly cover_photo_path: string | null;
}

export interface FolderPage {
  readonly folders: readonly Folder[];
  readonly has_direct_photos: boolean;
}

export interface MapCluster {
  readonly lat: number;
  readonly lng: number;
  readonly count: number;
  readonly representative_path: string | null;
}

export interface MapPhoto {
  readonly path: string;
  readonly lat: number;
  readonly lng: number;
  readonly filename: string;
  readonly date_taken: string | null;
}

export interface MapPage {
  readonly clusters: readonly MapCluster[];
  readonly photos: readonly MapPhoto[];
}

export interface MemoryPhoto {
  readonly path: string;
  readonly filename: string;
  readonly date_taken: string | null;
  readonly caption: string | null;
  readonly image_width: number | null;
  readonly image_height: number | null;
}

export interface MemoryYear {
  readonly year: string;
  readonly photos: readonly MemoryPhoto[];
  readonly total_count: number;
}

export interface Memories {
  readonly years: readonly MemoryYear[];
  readonly has_memories: boolean;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

export interface TimelineYear {
  readonly year: string;
  readonly count: number;
  readonly hero_photo_path: string | null;
}

export interface TimelineMonth {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly count: number;
  readonly hero_photo_path: string | null;
}
