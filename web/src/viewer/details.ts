// What is known about a photo, in groups, as a person reads it.

import type { PhotoDetails } from '../api/types';
import { date, number, t } from '../i18n/i18n.svelte';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Long text for machines: shown small. */
  readonly code?: boolean;
}

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

export function factGroups(photo: PhotoDetails): FactGroup[] {
  const groups = [
    { title: t('details.taken'), facts: takenFacts(photo) },
    { title: t('details.camera'), facts: cameraFacts(photo) },
    { title: t('details.place'), facts: placeFacts(photo) },
    { title: t('details.file'), facts: fileFacts(photo) },
    { title: t('details.authors'), facts: authorFacts(photo) },
  ];
  return groups.filter((group) => group.facts.length > 0);
}

function takenFacts(photo: PhotoDetails): Fact[] {
  return present([
    [t('details.date'), photo.date_taken && dateText(photo.date_taken)],
    [t('details.time'), photo.date_taken && timeText(photo)],
    [t('details.offset'), given(photo.taken_offset_minutes, offsetText)],
  ]);
}

function cameraFacts(photo: PhotoDetails): Fact[] {
  return present([
    [t('details.model'), cameraName(photo.camera_make, photo.camera_model)],
    [t('details.lens'), photo.lens_model],
    [t('details.aperture'), given(photo.f_stop, (stop) => `ƒ/${number(stop)}`)],
    [t('details.shutter'), given(photo.shutter_speed, shutterText)],
    [t('details.iso'), given(photo.iso, (iso) => String(iso))],
    [t('details.focal_length'), given(photo.focal_length, (mm) => `${number(mm)} mm`)],
    [t('details.focal_length_35mm'), given(photo.focal_length_35mm, (mm) => `${number(mm)} mm`)],
    [t('details.exposure_bias'), given(photo.exposure_bias_ev, biasText)],
    [
      t('details.flash'),
      given(photo.flash, (fired) => t(fired ? 'details.fired' : 'details.not_fired')),
    ],
    [t('details.software'), photo.software],
  ]);
}

function placeFacts(photo: PhotoDetails): Fact[] {
  const { gps_latitude: latitude, gps_longitude: longitude } = photo;
  return present([
    [
      t('details.coordinates'),
      latitude !== null && longitude !== null ? placeText(latitude, longitude) : null,
    ],
    [
      t('details.altitude'),
      given(photo.gps_altitude, (metres) => `${number(metres, { maximumFractionDigits: 0 })} m`),
    ],
  ]);
}

function fileFacts(photo: PhotoDetails): Fact[] {
  const { image_width: width, image_height: height } = photo;
  const facts = present([
    [t('details.name'), photo.filename],
    [t('details.folder'), photo.folder],
    [t('details.size'), width && height ? sizeText(width, height) : null],
    [t('details.bytes'), given(photo.file_bytes, bytesText)],
    [t('details.format'), photo.format?.toUpperCase()],
    [t('details.indexed'), given(photo.indexed_at, instantText)],
  ]);
  const codes = present([
    [t('details.uuid'), photo.uuid],
    [t('details.hash'), photo.content_hash],
    [t('details.phash'), photo.phash],
  ]);
  return [...facts, ...codes.map((fact) => ({ ...fact, code: true }))];
}

function authorFacts(photo: PhotoDetails): Fact[] {
  return present([
    [t('details.artist'), photo.artist],
    [t('details.copyright'), photo.copyright],
  ]);
}

function present(entries: readonly (readonly [string, string | null | undefined])[]): Fact[] {
  return entries.flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

function given<T>(value: T | null | undefined, show: (value: T) => string): string | null {
  return value === null || value === undefined ? null : show(value);
}

/** `YYYY:MM:DD HH:MM:SS` as an instant whose UTC fields are those of the camera's clock. */
function cameraClock(text: string): Date {
  const [day = '', time = '00:00:00'] = text.split(' ');
  return new Date(`${day.replaceAll(':', '-')}T${time}Z`);
}

function dateText(text: string): string {
  const clock = cameraClock(text);
  return Number.isNaN(clock.getTime()) ? text : date(clock, { dateStyle: 'full' });
}

function timeText(photo: PhotoDetails): string | null {
  const clock = cameraClock(photo.date_taken ?? '');
  if (Number.isNaN(clock.getTime())) return null;
  const milliseconds = (photo.taken_local_ms ?? 0) % 1000;
  const text = date(clock, { timeStyle: 'medium' });
  return milliseconds > 0 ? `${text} + ${milliseconds} ms` : text;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}

/** The maker's name is left out where the model repeats it. */
function cameraName(make: string | null, model: string | null): string | null {
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
}

export function shutterText(seconds: string): string {
  const value = Number(seconds);
  if (!(value > 0)) return seconds;
  return value >= 0.4 ? `${number(value)} s` : `1/${Math.round(1 / value)} s`;
}

/** In degrees as maps take them; the sixth decimal is a hand's breadth. */
function placeText(latitude: number, longitude: number): string {
  return [latitude, longitude].map((degrees) => Number(degrees.toFixed(6))).join(', ');
}

function biasText(ev: number): string {
  return `${number(ev, { signDisplay: 'exceptZero', maximumFractionDigits: 2 })} EV`;
}

function sizeText(width: number, height: number): string {
  const megapixels = number((width * height) / 1e6, { maximumFractionDigits: 1 });
  return `${width} × ${height} · ${megapixels} MP`;
}

export function bytesText(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let power = 0;
  let value = bytes;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1000;
    power += 1;
  }
  const unit = units[power] ?? 'byte';
  // The short form of a byte knows no plural.
  const unitDisplay = unit === 'byte' ? 'long' : 'short';
  return number(value, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 });
}

/** An instant, in the time zone of whoever looks. */
function instantText(text: string): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return date(new Date(text), { dateStyle: 'medium', timeStyle: 'short', timeZone });
}
