import { isDeepStrictEqual } from 'node:util';
import { isScalar, parseDocument, type Scalar } from 'yaml';
import type { ValuePath } from './yaml-source.js';

/** A text in a YAML file that gets another value. */
export interface ScalarChange {
  path: ValuePath;
  value: string;
}

/** What needs no quotes anywhere, also within `{ … }`. */
const plainText = /^[A-Za-z0-9_/][A-Za-z0-9_/.:@+-]*(?<!:)$/;
/** What YAML would take for something else than a text. */
const otherKinds = /^(true|false|null|yes|no|on|off|[-+.\d][\d._eExXoO+-]*)$/i;

/**
 * The text of a YAML file with other values at some places, and every other byte as it was: comments, order, quotes, blanks. Throws for a place
 * at which no single value stands, and when the outcome would not say what was asked for, which is a defect.
 */
export function withScalars(text: string, changes: readonly ScalarChange[]): string {
  const document = parseDocument(text);
  // Plain copies: a value that is named again elsewhere (`*anchor`) must not change there.
  const wanted = parseDocument(JSON.stringify(document.toJS()));
  const spans = changes.map(({ path, value }) => {
    const node = document.getIn(path, true);
    if (!isScalar(node) || !node.range) throw new Error(`no value stands at ${path.join('.')}`);
    wanted.setIn(path, value);
    const [from, to] = node.range;
    return { from, to, text: written(value, node) };
  });
  let changed = text;
  for (const span of spans.sort((one, two) => two.from - one.from)) {
    changed = changed.slice(0, span.from) + span.text + changed.slice(span.to);
  }
  if (!isDeepStrictEqual(parseDocument(changed).toJS(), wanted.toJS()))
    throw new Error(`${changes.map(({ path }) => path.join('.')).join(', ')} cannot be changed in place`);
  return changed;
}

/** In the quotes that the old value had, where they can hold it. */
function written(value: string, old: Scalar): string {
  if (old.type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  const isPlain = plainText.test(value) && !otherKinds.test(value);
  return old.type === 'PLAIN' && isPlain ? value : JSON.stringify(value);
}
