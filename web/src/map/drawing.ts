// The map as it is drawn: MapLibre over the countries, in the app's colours.

import * as maplibre from 'maplibre-gl';
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import basemapAddress from 'virtual:basemap';
import { getJson } from '../api/http';

export type { Map as Drawing, Marker } from 'maplibre-gl';
export const { Marker: DrawnMarker } = maplibre;

// A file of this server's own: a worker out of a blob would need a laxer policy.
maplibre.setWorkerUrl(workerAddress);

interface Palette {
  readonly water: string;
  readonly land: string;
  readonly border: string;
  readonly name: string;
}

const LIGHT: Palette = {
  water: '#dce4e6',
  land: '#f7f4ef',
  border: '#d3cbc0',
  name: '#8a8177',
};
const DARK: Palette = {
  water: '#14191b',
  land: '#262422',
  border: '#3d3834',
  name: '#968d83',
};

export interface Beginning {
  readonly latitude: number;
  readonly longitude: number;
  readonly zoom: number;
}

interface Basemap {
  readonly countries: GeoJSON.FeatureCollection;
  readonly names: GeoJSON.FeatureCollection;
}

/** Draws the map into an element. Rejects when the browser cannot. */
export async function draw(
  container: HTMLElement,
  beginning: Beginning,
  dark: boolean,
  label: string,
): Promise<maplibre.Map> {
  const basemap = await getJson<Basemap>(basemapAddress);
  const map = new maplibre.Map({
    container,
    center: [beginning.longitude, beginning.latitude],
    zoom: beginning.zoom,
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    locale: { 'Map.Title': label },
    style: {
      version: 8,
      sources: {
        countries: { type: 'geojson', data: basemap.countries, maxzoom: 8, tolerance: 0.4 },
        names: { type: 'geojson', data: basemap.names },
      },
      layers: [
        { id: 'water', type: 'background' },
        { id: 'land', type: 'fill', source: 'countries' },
        { id: 'border', type: 'line', source: 'countries', paint: { 'line-width': 1 } },
        {
          id: 'name',
          type: 'symbol',
          source: 'names',
          layout: {
            'text-field': ['get', 'name'],
            'text-font': ['sans-serif'],
            'text-size': ['interpolate', ['linear'], ['zoom'], 2, 10, 6, 15],
            'text-max-width': 7,
            'symbol-sort-key': ['-', 0, ['get', 'size']],
          },
          paint: { 'text-halo-width': 1.2 },
        },
      ],
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  await new Promise<void>((resolve, reject) => {
    map.once('load', () => resolve());
    map.once('error', ({ error }) => reject(error));
  });
  colour(map, dark);
  return map;
}

export function colour(map: maplibre.Map, dark: boolean): void {
  const palette = dark ? DARK : LIGHT;
  map.setPaintProperty('water', 'background-color', palette.water);
  map.setPaintProperty('land', 'fill-color', palette.land);
  map.setPaintProperty('border', 'line-color', palette.border);
  map.setPaintProperty('name', 'text-color', palette.name);
  map.setPaintProperty('name', 'text-halo-color', palette.land);
}
