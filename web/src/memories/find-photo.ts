// A photo of which only the path is known.

import { fetchPhotoList, fetchSummaries, SUMMARY_IDS_MAX } from '../api/albumen';
import { requestParams, type Query } from '../route/query';

/** The number of the photo with a path, if it is among those of a query. */
export async function findPhoto(
  query: Query,
  path: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { ids } = await fetchPhotoList(requestParams(query), signal);
  for (let at = 0; at < ids.length; at += SUMMARY_IDS_MAX) {
    const some = await fetchSummaries([...ids.subarray(at, at + SUMMARY_IDS_MAX)], signal);
    const found = some.find((photo) => photo.path === path);
    if (found) return found.id;
  }
  return null;
}
