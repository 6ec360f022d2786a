// Arrow keys among links that stand in a grid.

export function gridKeys(grid: HTMLElement): { destroy: () => void } {
  function onkeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const links = [...grid.querySelectorAll<HTMLElement>('a')];
    const here = links.findIndex((link) => link === document.activeElement);
    const goal = here < 0 ? undefined : goalOf(event.key, links, here);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  }
  grid.addEventListener('keydown', onkeydown);
  return { destroy: () => grid.removeEventListener('keydown', onkeydown) };
}

function goalOf(key: string, links: HTMLElement[], here: number): HTMLElement | undefined {
  const [first] = links;
  switch (key) {
    case 'ArrowLeft':
      return links[here - 1];
    case 'ArrowRight':
      return links[here + 1];
    case 'ArrowUp':
    case 'ArrowDown': {
      const columns = links.filter((link) => link.offsetTop === first?.offsetTop).length;
      return links[here + (key === 'ArrowUp' ? -columns : columns)];
    }
    case 'Home':
      return first;
    case 'End':
      return links.at(-1);
    default:
      return undefined;
  }
}
