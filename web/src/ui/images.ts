/** An image that leaves the page before it has come gives up its request. */
export function cancelOnRemoval(image: HTMLImageElement): () => void {
  return () => {
    if (!image.complete) image.removeAttribute('src');
  };
}
