/** The window's place on a page that somebody else wrote: its size on a phone, the page behind it, keys, and files that are let fall on it. */

export const phoneSize = matchMedia('(max-width:520px),(max-height:480px)');
export const touch = matchMedia('(pointer:coarse)');
const OWN = 'keydown keypress keyup beforeinput input copy cut paste selectstart contextmenu mousedown touchstart touchmove wheel dragstart dragover drop focusin focusout';

/** On a phone the window fills what the on-screen keyboard leaves. */
export function fit(panel, open) {
  const view = window.visualViewport;
  panel.setAttribute('aria-modal', String(phoneSize.matches && open));
  if (!view || view.scale > 1.01) return; // pinch-zoomed: leave the layout alone
  panel.style.setProperty('--visible', `${view.height}px`);
  panel.style.setProperty('--top', `${view.offsetTop}px`);
}

/** The page behind the full window stays where it is. Its styles are not touched: which of its elements scrolls, only it knows. */
export function holdPage(panel) {
  const hold = (event) => {
    if (!phoneSize.matches || event.touches?.length > 1) return;
    const scrolls = event.composedPath().some((node) => node.matches?.('.log,textarea') && node.scrollHeight > node.clientHeight);
    if (!scrolls) event.preventDefault();
  };
  for (const name of ['touchmove', 'wheel']) panel.addEventListener(name, hold, { passive: false });
}

/**
 * What is done inside is not meant for listeners of the page: shortcuts, dialogs that call the focus back, "no copying here", wheels that
 * scroll the page by script. Presses it may hear of, so that its menus close.
 */
export function keepInside(root) {
  for (const name of OWN.split(' ')) root.addEventListener(name, (event) => event.stopPropagation(), { passive: true });
}

/** On a phone nothing behind the window can be seen, so Tab stays inside. */
export function keepFocus(event, panel, active) {
  if (!phoneSize.matches) return;
  const stops = [...panel.querySelectorAll('button,a[href],textarea,[tabindex="0"]')].filter((node) => !node.disabled && node.getClientRects().length);
  const at = stops.indexOf(active);
  const edge = event.shiftKey ? at <= 0 : at === stops.length - 1;
  if (edge) event.preventDefault(), stops.at(event.shiftKey ? -1 : 0).focus();
}

/** Calls `told` for a picture or file that is pasted or let fall; a copied table cell comes as text and picture, and its text is what was meant. */
export function onFile(panel, told) {
  const file = (event, data) => {
    if (!data?.files.length || (event.type === 'paste' && data.getData('text/plain'))) return;
    event.preventDefault();
    told();
  };
  panel.addEventListener('paste', (event) => file(event, event.clipboardData));
  panel.addEventListener('drop', (event) => (panel.classList.remove('drop'), file(event, event.dataTransfer)));
  panel.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault(); // or the browser would leave the page to show the file
    panel.classList.add('drop');
  });
  panel.addEventListener('dragleave', () => panel.classList.remove('drop'));
}
