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
const PLACE_RADIUS_KM = 0.05;
/** From this zoom on the server tells of single photos. */
export const PHOTO_ZOOM = 10;

/** The places of an answer for a zoom; single photos are gathered in cells of `cellPx` pixels. */
export function placesOf(page: MapPage, zoom: number, cellPx: number): MapPlace[] {
  const degrees = 180 / 2 ** Math.max(zoom, 2);
  const clusters = page.clusters.map((cluster) => ({
    latitude: cluster.lat,
    longitude: cluster.lng,
    count: cluster.count,
    path: cluster.representative_path,
    filename: null,
    radiusKm: degrees * KM_PER_DEGREE,
  }));
  return [...clusters, ...gathered(page, cellDegrees(zoom, cellPx))].sort(
    (one, other) => other.count - one.count,
  );
}

/** The side of a cell in degrees of longitude: the world is 512 pixels wide at zoom 0. */
function cellDegrees(zoom: number, cellPx: number): number {
  return (360 / (512 * 2 ** zoom)) * cellPx;
}

/** Single photos by cells; the first of a cell stands for it. */
function gathered({ photos }: MapPage, degrees: number): MapPlace[] {
  const cells = new Map<string, { lat: number; lng: number; photos: MapPage['photos'][number][] }>();
  for (const photo of photos) {
    // A degree of latitude is as long on the map as that many of longitude.
    const tall = degrees * Math.max(0.01, Math.cos((photo.lat * Math.PI) / 180));
    const key = `${Math.floor(photo.lat / tall)} ${Math.floor(photo.lng / degrees)}`;
    const cell = cells.get(key) ?? { lat: 0, lng: 0, photos: [] };
    cell.lat += photo.lat;
    cell.lng += photo.lng;
    cell.photos.push(photo);
    cells.set(key, cell);
  }
  return [...cells.values()].map(({ lat, lng, photos: members }) => {
    const count = members.length;
    const [latitude, longitude] = [lat / count, lng / count];
    const away = members.map((photo) => distanceKm(photo, { lat: latitude, lng: longitude }));
    return {
      latitude,
      longitude,
      count,
      path: members[0]?.path ?? null,
      filename: count === 1 ? (members[0]?.filename ?? null) : null,
      radiusKm: Math.max(PLACE_RADIUS_KM, ...away),
    };
  });
}

interface Coordinates {
  readonly lat: number;
  readonly lng: number;
}

/** Half the side of the square round one place that reaches the other, as the filter measures it. */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  const shrink = Math.max(0.01, Math.cos((to.lat * Math.PI) / 180));
  return (
    Math.max(Math.abs(from.lat - to.lat), Math.abs(from.lng - to.lng) * shrink) * KM_PER_DEGREE * 1.01
  );
}
