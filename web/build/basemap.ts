// The map under the photos: the countries of Natural Earth, from the package world-atlas, as GeoJSON in
// a file of its own, which the map room fetches. `import address from 'virtual:basemap'` names it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';

const NAME = 'virtual:basemap';
const RESOLVED = `\0${NAME}`;
const FILE = 'assets/basemap.json';
/** Of a degree: about a hundred metres, finer than the source. */
const DECIMALS = 3;

type Countries = Topology<{ countries: GeometryCollection<{ name: string }> }>;
type Position = readonly number[];

/** Serves the map while developing, and writes it into the app when building. */
export function basemap(): Plugin {
  let building = false;
  return {
    name: 'albumen-basemap',
    configResolved(config) {
      building = config.command === 'build';
    },
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      if (!building) return `export default '/${FILE}'`;
      const reference = this.emitFile({
        type: 'asset',
        name: 'basemap.json',
        source: basemapJson(),
      });
      return `export default import.meta.ROLLUP_FILE_URL_${reference}`;
    },
    configureServer(server) {
      server.middlewares.use(`/${FILE}`, (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(basemapJson());
      });
    },
  };
}

/** Countries as areas, and their names where they stand. */
function basemapJson(): string {
  const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const atlas = JSON.parse(readFileSync(file, 'utf8')) as Countries;
  const { countries } = atlas.objects;
  const areas = feature(atlas, countries);
  return JSON.stringify({
    countries: {
      type: 'FeatureCollection',
      features: areas.features.map(({ geometry, properties }) => ({
        type: 'Feature',
        properties: { name: properties.name },
        geometry: rounded(unwrapped(geometry)),
      })),
    },
    names: {
      type: 'FeatureCollection',
      features: areas.features.map(({ geometry, properties }) => ({
        type: 'Feature',
        properties: { name: properties.name, size: sizeOf(geometry) },
        geometry: { type: 'Point', coordinates: middleOf(unwrapped(geometry)) },
      })),
    },
  });
}

/** Rings that cross the antimeridian go on beyond it, instead of back round the world. */
function unwrapped(geometry: GeoJSON.Geometry): GeoJSON.Geometry {
  if (geometry.type === 'Polygon') {
    return { ...geometry, coordinates: geometry.coordinates.map(unwrappedRing) };
  }
  if (geometry.type !== 'MultiPolygon') return geometry;
  const coordinates = geometry.coordinates.map((rings) => rings.map(unwrappedRing));
  return { ...geometry, coordinates };
}

function unwrappedRing(ring: Position[]): number[][] {
  let shift = 0;
  let last: number | null = null;
  return ring.map(([longitude = 0, latitude = 0]) => {
    if (last !== null && Math.abs(longitude - last) > 180) shift += longitude < last ? 360 : -360;
    last = longitude;
    return [longitude + shift, latitude];
  });
}

function rounded<T>(geometry: T): T {
  return JSON.parse(
    JSON.stringify(geometry, (_key, value: unknown) =>
      typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value,
    ),
  ) as T;
}

/** The outer rings of an area. */
function ringsOf(geometry: GeoJSON.Geometry): Position[][] {
  if (geometry.type === 'Polygon') return geometry.coordinates.slice(0, 1);
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flatMap((each) => each.slice(0, 1));
  return [];
}

/** The middle of an area's largest part, by the centroid of its ring. */
function middleOf(geometry: GeoJSON.Geometry): [number, number] {
  const [largest] = ringsOf(geometry).sort((one, other) => areaOf(other) - areaOf(one));
  if (!largest) return [0, 0];
  let [x, y, doubled] = [0, 0, 0];
  eachEdge(largest, ([ax = 0, ay = 0], [bx = 0, by = 0]) => {
    const cross = ax * by - bx * ay;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
    doubled += cross;
  });
  return rounded([x / (3 * doubled), y / (3 * doubled)]);
}

/** Square degrees as the eye sees them on the map, for choosing which names come first. */
function sizeOf(geometry: GeoJSON.Geometry): number {
  return Math.round(Math.max(0, ...ringsOf(geometry).map(areaOf)));
}

function areaOf(ring: readonly Position[]): number {
  let doubled = 0;
  eachEdge(ring, ([ax = 0, ay = 0], [bx = 0, by = 0]) => (doubled += ax * by - bx * ay));
  return Math.abs(doubled / 2);
}

function eachEdge(ring: readonly Position[], act: (from: Position, to: Position) => void): void {
  for (let at = 1; at < ring.length; at++) act(ring[at - 1] ?? [], ring[at] ?? []);
}
