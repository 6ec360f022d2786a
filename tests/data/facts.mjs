// What files say about themselves, as exiftool's arguments, and what is to be read from it.
// from: a file of the corpus to copy (without: the baseline JPEG).

const camera = [
  '-EXIF:Make=Canon', '-EXIF:Model=Canon EOS R5', '-EXIF:LensModel=RF50mm F1.2 L USM',
  '-EXIF:ISO=100', '-EXIF:FNumber=1.2', '-EXIF:ExposureTime=1/250', '-EXIF:FocalLength=50',
];
const cameraFacts = {
  camera: 'Canon EOS R5', lens: 'RF50mm F1.2 L USM', iso: 100, f_stop: 1.2, shutter_seconds: 0.004,
  focal_length: 50,
};

function taken(text, offset) {
  return [`-EXIF:DateTimeOriginal=${text}`, ...(offset ? [`-EXIF:OffsetTimeOriginal=${offset}`] : [])];
}

function place(latitude, longitude, altitude) {
  return [
    `-EXIF:GPSLatitude=${Math.abs(latitude)}`, `-EXIF:GPSLatitudeRef=${latitude < 0 ? 'S' : 'N'}`,
    `-EXIF:GPSLongitude=${Math.abs(longitude)}`, `-EXIF:GPSLongitudeRef=${longitude < 0 ? 'W' : 'E'}`,
    `-EXIF:GPSAltitude=${Math.abs(altitude)}`,
    `-EXIF:GPSAltitudeRef=${altitude < 0 ? 'Below Sea Level' : 'Above Sea Level'}`,
  ];
}

const everywhere = [
  ['facts/in.png', 'formats/rgb8.png', 'png'],
  ['facts/in.webp', 'formats/lossy.webp', 'webp'],
  ['facts/in.tif', 'formats/lzw.tif', 'tiff'],
  ['facts/in.heic', 'formats/apple.heic', 'heif'],
  ['facts/in.avif', 'formats/av1.avif', 'avif'],
  ['facts/in.jxl', 'formats/lossy.jxl', 'jxl'],
];

export const factFiles = [
  {
    name: 'facts/everything.jpg',
    args: [
      ...camera, ...taken('2024:07:03 10:20:30', '+02:00'), '-EXIF:SubSecTimeOriginal=25',
      ...place(48.8583701, 2.2944813, 330.5), '-XMP:Rating=4', '-XMP-dc:Subject=tower',
      '-XMP-dc:Subject=Paris', '-XMP-dc:Title=The tower', '-XMP-dc:Description=From the garden',
    ],
    facts: {
      ...cameraFacts, date_taken: '2024:07:03 10:20:30', offset_minutes: 120, milliseconds: 250,
      latitude: 48.8583701, longitude: 2.2944813, altitude: 330.5, rating: 4,
      keywords: ['tower', 'Paris'], title: 'The tower', description: 'From the garden',
    },
  },
  ...everywhere.map(([name, from, format]) => ({
    name, from, format,
    args: [...camera, ...taken('2021:12:24 18:00:01', '-03:30'), '-XMP:Rating=2', '-XMP-dc:Subject=snow'],
    facts: {
      ...cameraFacts, date_taken: '2021:12:24 18:00:01', offset_minutes: -210, rating: 2, keywords: ['snow'],
    },
  })),
  {
    name: 'facts/xmp-only.jpg',
    args: [
      '-XMP:Rating=5', '-XMP-dc:Subject=lake', '-XMP-dc:Subject=Žďár', '-XMP-dc:Title=Po ránu',
    ],
    facts: { rating: 5, keywords: ['lake', 'Žďár'], title: 'Po ránu', date_taken: null, camera: null },
  },
  {
    name: 'facts/xmp-date.jpg',
    args: ['-XMP-exif:DateTimeOriginal=2019:02:03 04:05:06+01:00'],
    facts: { date_taken: '2019:02:03 04:05:06', offset_minutes: 60 },
  },
  { name: 'facts/rejected.jpg', args: ['-XMP:Rating=-1'], facts: { rating: -1 } },
  {
    name: 'facts/south-west-deep.jpg',
    args: place(-33.8688197, -70.6692655, -12.5),
    facts: { latitude: -33.8688197, longitude: -70.6692655, altitude: -12.5 },
  },
  {
    name: 'facts/north-east.jpg',
    args: place(35.6894875, 139.6917064, 40),
    facts: { latitude: 35.6894875, longitude: 139.6917064, altitude: 40 },
  },
  {
    name: 'facts/null-island.jpg',
    args: place(0, 0, 0),
    facts: { latitude: 0, longitude: 0 },
  },
  {
    name: 'facts/no-offset.jpg',
    args: taken('2010:06:05 04:03:02'),
    facts: { date_taken: '2010:06:05 04:03:02', offset_minutes: null },
  },
  {
    name: 'facts/subsec-long.jpg',
    args: [...taken('2011:01:02 03:04:05', '+00:00'), '-EXIF:SubSecTimeOriginal=123456'],
    facts: { date_taken: '2011:01:02 03:04:05', offset_minutes: 0, milliseconds: 123 },
  },
  {
    name: 'facts/leap-day.jpg',
    args: taken('2020:02:29 23:59:59', '+14:00'),
    facts: { date_taken: '2020:02:29 23:59:59', offset_minutes: 840 },
  },
  {
    name: 'facts/before-1970.jpg',
    args: taken('1955:11:05 06:15:00'),
    facts: { date_taken: '1955:11:05 06:15:00' },
  },
  {
    name: 'facts/blank-date.jpg',
    args: ['-n', '-EXIF:DateTimeOriginal=0000:00:00 00:00:00'],
    facts: { date_taken: null },
  },
  {
    name: 'facts/impossible-date.jpg',
    args: ['-n', '-EXIF:DateTimeOriginal=2024:13:45 99:99:99'],
    facts: { date_taken: null },
  },
  {
    name: 'facts/many-keywords.jpg',
    args: Array.from({ length: 100 }, (_, i) => `-XMP-dc:Subject=word ${i}`),
    facts: { keywords: Array.from({ length: 100 }, (_, i) => `word ${i}`) },
  },
  { name: 'facts/nothing.jpg', args: ['-all='], facts: { date_taken: null, camera: null, rating: null } },
];
