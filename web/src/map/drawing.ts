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

/** Draws the map into an element; tells when the browser cannot. */
export async function draw(
  container: HTMLElement,
  beginning: Beginning,
  dark: boolean,
  label: string,
  onproblem: () => void,
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
    fadeDuration: 0,
    locale: { 'Map.Title': label },
    style: styleOf(basemap, dark ? DARK : LIGHT),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on('error', onproblem);
  return map;
}

function styleOf(basemap: Basemap, palette: Palette): maplibre.StyleSpecification {
  return {
    version: 8,
    sources: {
      countries: { type: 'geojson', data: basemap.countries, maxzoom: 8, tolerance: 0.4 },
      names: { type: 'geojson', data: basemap.names },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
      { id: 'land', type: 'fill', source: 'countries', paint: { 'fill-color': palette.land } },
      {
        id: 'border',
        type: 'line',
        source: 'countries',
        paint: { 'line-width': 1, 'line-color': palette.border },
      },
      {
        id: 'name',
        type: 'symbol',
        source: 'names',
        layout: {
          'text-field': ['get', 'name'],
          'text-font': ['sans-serif'], // The system's own: no font comes over the network.
          'text-size': ['interpolate', ['linear'], ['zoom'], 2, 10, 6, 15],
          'text-max-width': 7,
          'symbol-sort-key': ['-', 0, ['get', 'size']],
        },
        paint: {
          'text-color': palette.name,
          'text-halo-color': palette.land,
          'text-halo-width': 1.2,
        },
      },
    ],
  };
}

/** Gives the map the colours of the other theme. */
export function colour(map: maplibre.Map, dark: boolean): void {
  if (!map.isStyleLoaded()) {
    void map.once('load', () => colour(map, dark));
    return;
  }
  const palette = dark ? DARK : LIGHT;
  map.setPaintProperty('water', 'background-color', palette.water);
  map.setPaintProperty('land', 'fill-color', palette.land);
  map.setPaintProperty('border', 'line-color', palette.border);
  map.setPaintProperty('name', 'text-color', palette.name);
  map.setPaintProperty('name', 'text-halo-color', palette.land);
}
