import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';

export type Element = Tree.Element;

/** A page's HTML as a browser without JavaScript reads it: what `noscript` holds is there. */
export interface HtmlDocument {
  /** The first element that fits, in the order of the page. */
  find(selector: string): Element | undefined;
  findAll(selector: string): readonly Element[];
  /** What a person reads, spaces collapsed, a line for each block. */
  readonly text: string;
}

export function readDocument(html: string): HtmlDocument {
  const root = parse(html, { scriptingEnabled: false });
  const elements = [...elementsIn(root)];
  const findAll = (selector: string) => {
    const fits = readSelector(selector);
    return elements.filter(fits);
  };
  return { findAll, find: (selector) => findAll(selector)[0], text: textOf(root) };
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((one) => one.name === name)?.value;
}

/** The elements inside a node, in the order of the page; a template's content is none of the page's. */
export function* elementsIn(node: Tree.ParentNode): Generator<Element> {
  for (const child of node.childNodes) {
    if (!('tagName' in child)) continue;
    yield child;
    yield* elementsIn(child);
  }
}

/** The nearest element around this one that has the tag. */
export function closest(element: Element, tag: string): Element | undefined {
  let node: Tree.ParentNode | null = element.parentNode;
  while (node && 'tagName' in node) {
    if (node.tagName === tag) return node;
    node = node.parentNode;
  }
  return undefined;
}

const UNSEEN = new Set(['script', 'style', 'template', 'head']);
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'bdi',
  'code',
  'em',
  'i',
  'kbd',
  'small',
  'span',
  'strong',
  'time',
]);

export function textOf(node: Tree.ParentNode): string {
  return written(node)
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

function written(node: Tree.Node): string {
  if ('value' in node) return node.value.replace(/\s+/g, ' ');
  if (!('childNodes' in node)) return '';
  const text = () => node.childNodes.map(written).join('');
  if (!('tagName' in node)) return text();
  if (UNSEEN.has(node.tagName) || attribute(node, 'hidden') !== undefined) return '';
  return INLINE.has(node.tagName) ? text() : `\n${text()}\n`;
}

type Test = (element: Element) => boolean;

/** Selectors of tags, ids, classes and attributes, nested by spaces and listed by commas. */
function readSelector(selector: string): Test {
  const tests = selector.split(',').map((one) => readNested(one.trim()));
  return (element) => tests.some((test) => test(element));
}

function readNested(selector: string): Test {
  const [last, ...outer] = selector.split(/\s+/).toReversed().map(readCompound);
  if (!last) throw new Error('An empty selector fits nothing.');
  return (element) => {
    if (!last(element)) return false;
    let around: Tree.ParentNode | null = element.parentNode;
    for (const test of outer) {
      while (around && !('tagName' in around && test(around))) {
        around = 'parentNode' in around ? around.parentNode : null;
      }
      if (!around || !('parentNode' in around)) return false;
      around = around.parentNode;
    }
    return true;
  };
}

const PART =
  /^(?<tag>[a-z][a-z0-9]*)|#(?<id>[\w-]+)|\.(?<class>[\w-]+)|\[(?<name>[\w-]+)(?:=(?<value>[^\]]*))?\]/g;

function readCompound(text: string): Test {
  const parts = [...text.matchAll(PART)];
  if (parts.map(([whole]) => whole).join('') !== text || text === '') {
    throw new Error(`"${text}" is no selector that this reader knows.`);
  }
  const tests = parts.map(({ groups = {} }) => readPart(groups));
  return (element) => tests.every((test) => test(element));
}

function readPart(part: Readonly<Record<string, string | undefined>>): Test {
  const { tag, id, name, value } = part;
  const className = part['class'];
  if (tag !== undefined) return (element) => element.tagName === tag;
  if (id !== undefined) return (element) => attribute(element, 'id') === id;
  if (className !== undefined) {
    return (element) => (attribute(element, 'class') ?? '').split(/\s+/).includes(className);
  }
  const wanted = value?.replace(/^(["'])(.*)\1$/, '$2');
  return (element) => {
    const found = attribute(element, name ?? '');
    return wanted === undefined ? found !== undefined : found === wanted;
  };
}
