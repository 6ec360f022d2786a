// Whether the filters are open beside the photos.

class Drawer {
  open = $state(false);
}

export const drawer = new Drawer();
