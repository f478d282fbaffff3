import {
  attribute,
  closest,
  type Element,
  elementsIn,
  type HtmlDocument,
  textOf,
} from './document.ts';

/** What a browser sends when a form is submitted. */
export interface Submission {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Of a POST: the form, URL-encoded. */
  readonly body?: string;
}

export type Values = Readonly<Record<string, string>>;

/**
 * The form of one button, with the values typed into it. Throws where a person could not have done
 * it: no such button, a disabled one, no form around it, no field of that name, a field that the
 * browser would send them back to.
 */
export function submit(
  document: HtmlDocument,
  base: URL,
  selector: string,
  values: Values,
): Submission {
  const button = document.find(selector);
  if (!button) throw new Error(`There is no ${selector} on ${base.href}.`);
  if (!isSubmitter(button)) throw new Error(`${selector} is no button that submits.`);
  if (isDisabled(button)) throw new Error(`${selector} is disabled.`);
  const form = formOf(document, button);
  if (!form) throw new Error(`${selector} belongs to no form.`);

  const controls = document
    .findAll('input,select,textarea')
    .filter((one) => formOf(document, one) === form);
  for (const name of Object.keys(values)) {
    if (!controls.some((one) => attribute(one, 'name') === name)) {
      throw new Error(`The form has no field named ${name}.`);
    }
  }
  const checked =
    attribute(form, 'novalidate') === undefined &&
    attribute(button, 'formnovalidate') === undefined;
  if (checked) for (const control of controls) demandValid(control, values);
  return compose(
    form,
    button,
    base,
    controls.flatMap((control) => entriesOf(control, values)),
  );
}

function compose(
  form: Element,
  button: Element,
  base: URL,
  entries: [string, string][],
): Submission {
  const name = attribute(button, 'name');
  if (name) entries.push([name, attribute(button, 'value') ?? '']);
  const action = attribute(button, 'formaction') ?? attribute(form, 'action') ?? '';
  const url = action === '' ? new URL(base) : new URL(action, base);
  const method = (
    attribute(button, 'formmethod') ??
    attribute(form, 'method') ??
    'get'
  ).toLowerCase();
  const encoded = new URLSearchParams(entries).toString();
  if (method === 'post') return { method: 'POST', url, body: encoded };
  url.search = encoded;
  return { method: 'GET', url };
}

function isSubmitter(element: Element): boolean {
  const type = attribute(element, 'type');
  if (element.tagName === 'button') return (type ?? 'submit') === 'submit';
  return element.tagName === 'input' && (type === 'submit' || type === 'image');
}

function isDisabled(element: Element): boolean {
  const fieldset = closest(element, 'fieldset');
  return [element, fieldset].some((one) => one && attribute(one, 'disabled') !== undefined);
}

/** The form a control belongs to: the one it names, or the one around it. */
function formOf(document: HtmlDocument, control: Element): Element | undefined {
  const id = attribute(control, 'form');
  return id === undefined
    ? closest(control, 'form')
    : document.findAll('form').find((one) => attribute(one, 'id') === id);
}

/** What a control adds to the form: nothing when disabled, unnamed, unticked or a button. */
function entriesOf(control: Element, values: Values): [string, string][] {
  const name = attribute(control, 'name');
  if (!name || isDisabled(control)) return [];
  if (control.tagName === 'select')
    return selected(control, values[name]).map((value) => [name, value]);
  const type = attribute(control, 'type') ?? 'text';
  if (['submit', 'button', 'image', 'reset', 'file'].includes(type)) return [];
  if (type !== 'checkbox' && type !== 'radio') return [[name, valueOf(control, values)]];
  const own = attribute(control, 'value') ?? 'on';
  const ticked =
    name in values ? values[name] === own : attribute(control, 'checked') !== undefined;
  return ticked ? [[name, own]] : [];
}

function valueOf(control: Element, values: Values): string {
  const typed = values[attribute(control, 'name') ?? ''];
  if (typed !== undefined) return typed;
  return control.tagName === 'textarea' ? textOf(control) : (attribute(control, 'value') ?? '');
}

function selected(select: Element, chosen: string | undefined): string[] {
  const options = [...elementsIn(select)].filter(({ tagName }) => tagName === 'option');
  const worth = (option: Element) => attribute(option, 'value') ?? textOf(option);
  if (chosen === undefined) {
    const marked =
      options.find((option) => attribute(option, 'selected') !== undefined) ?? options[0];
    return marked ? [worth(marked)] : [];
  }
  if (!options.some((option) => worth(option) === chosen))
    throw new Error(`"${chosen}" is no choice there.`);
  return [chosen];
}

/** The checks that browsers make before they send: required, e-mail, length. */
function demandValid(control: Element, values: Values): void {
  const name = attribute(control, 'name') ?? '';
  const value = valueOf(control, values);
  const limit = Number(attribute(control, 'maxlength') ?? Number.POSITIVE_INFINITY);
  const type = attribute(control, 'type');
  if (isDisabled(control) || type === 'hidden') return;
  if (attribute(control, 'required') !== undefined && value === '')
    throw new Error(`${name} must not be empty.`);
  if (type === 'email' && value !== '' && !/^\S+@\S+$/.test(value))
    throw new Error(`${name} must be an address.`);
  if (value.length > limit) throw new Error(`${name} holds ${limit} characters.`);
}
