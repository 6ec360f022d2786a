declare module 'virtual:basemap' {
  /** Where the map's countries can be fetched. */
  const address: string;
  export default address;
}
