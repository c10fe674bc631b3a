/** How the console makes elements. Text only ever goes in as text: names, users and messages are strangers' words. */

type Attributes = Record<string, string | number | boolean | undefined>;
export type Child = Node | string | null;

/** An element with attributes (`class`, `href`, `aria-label`…; true is an empty one, false or undefined none) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function makeSvg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Writes only what changed, so that nothing is laid out or read aloud again for the same text. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as E;
}

export function button(label: string, onClick: () => void, className = ''): HTMLButtonElement {
  const element = make('button', { type: 'button', class: className || undefined }, label);
  element.addEventListener('click', onClick);
  return element;
}

/** Something went wrong, or there is nothing yet: said where it would have been. */
export const note = (text: string, kind: 'empty' | 'error' = 'empty'): HTMLElement =>
  make('p', { class: `note ${kind}`, role: kind === 'error' ? 'alert' : undefined }, text);
