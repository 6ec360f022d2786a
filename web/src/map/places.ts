// What the map shows: photos gathered to places, as far apart as fingers need them.

import type { MapPage } from '../api/types';

export interface MapPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly count: number;
  /** A photo that stands for the place. */
  readonly path: string | null;
  /** Its name, where the place is one photo. */
  readonly filename: string | null;
  /** Half the side of the square that holds its photos. */
  readonly radiusKm: number;
}

/** Kilometres in a degree of latitude, as the server reckons them. */
const KM_PER_DEGREE = 111;
/** Photos nearer than this to each other are one place. */
const RADIUS_KM_LEAST = 0.05;
/** From this zoom on the server tells of single photos. */
export const PHOTO_ZOOM = 10;
/** The world's width on the map at zoom 0. */
const WORLD_PX = 512;

/** The places of an answer for a zoom, the largest first, none nearer than `apartPx` to another. */
export function placesOf(page: MapPage, zoom: number, apartPx: number): MapPlace[] {
  const cellKm = (180 / 2 ** Math.max(zoom, 2)) * KM_PER_DEGREE;
  const clusters = page.clusters.map(
    (cluster): MapPlace => ({
      latitude: cluster.lat,
      longitude: cluster.lng,
      count: cluster.count,
      path: cluster.representative_path,
      filename: null,
      radiusKm: cellKm,
    }),
  );
  const photos = page.photos.map(
    (photo): MapPlace => ({
      latitude: photo.lat,
      longitude: photo.lng,
      count: 1,
      path: photo.path,
      filename: photo.filename,
      radiusKm: RADIUS_KM_LEAST,
    }),
  );
  const largestFirst = (one: MapPlace, other: MapPlace): number => other.count - one.count;
  const gathered = gather([...clusters, ...photos].sort(largestFirst), zoom, apartPx);
  return gathered.sort(largestFirst);
}

/** Each place joins the first one that is too near to stand beside it, and does not move it. */
function gather(places: readonly MapPlace[], zoom: number, apartPx: number): MapPlace[] {
  const kept: { place: MapPlace; x: number; y: number }[] = [];
  for (const place of places) {
    const [x, y] = pixelsOf(place, zoom);
    const near = kept.find((each) => Math.hypot(each.x - x, each.y - y) < apartPx);
    if (near) near.place = joined(near.place, place);
    else kept.push({ place, x, y });
  }
  return kept.map((each) => each.place);
}

function joined(place: MapPlace, other: MapPlace): MapPlace {
  const reach = distanceKm(place, other) + other.radiusKm;
  return {
    ...place,
    count: place.count + other.count,
    filename: null,
    radiusKm: Math.max(place.radiusKm, reach),
  };
}

/** Where a place lies on the map, in pixels, by the Mercator projection. */
function pixelsOf({ latitude, longitude }: Coordinates, zoom: number): [number, number] {
  const size = WORLD_PX * 2 ** zoom;
  const sine = Math.sin((latitude * Math.PI) / 180);
  return [
    (longitude / 360 + 0.5) * size,
    (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size,
  ];
}

interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Half the side of the square round `middle` that reaches a place, as the server's filter measures
 * it; a little more, so that the edge is inside. */
export function distanceKm(middle: Coordinates, place: Coordinates): number {
  const shrink = Math.max(0.01, Math.cos((middle.latitude * Math.PI) / 180));
  const high = Math.abs(middle.latitude - place.latitude);
  const wide = Math.abs(middle.longitude - place.longitude) * shrink;
  return Math.max(high, wide) * KM_PER_DEGREE * 1.01;
}
