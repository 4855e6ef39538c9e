import type { ErrorCode } from 'yaml';

export const tabsIndent = 'a tab indents this line; indent with spaces';

/** What is said of `*name`, which YAML takes as a reference to `&name`. */
export const referencesAreNotUsed =
  'a text that begins with `*` is a reference, which rig files do not use; write the value out, or put the text in single quotes';

/** A syntax error of the YAML library in the words of somebody who edits a rig file, with the remedy; `rest` is its line from there on. */
export function plainYamlError(code: ErrorCode, message: string, rest: string): string {
  const known = plain[code]?.(rest, message);
  if (known !== undefined) return known;
  const sentence = message.charAt(0).toLowerCase() + message.slice(1);
  return `not YAML: ${sentence}; check indentation, quotes and brackets here and on the line above`;
}

const plain: Partial<Record<ErrorCode, (rest: string, message: string) => string>> = {
  TAB_AS_INDENT: () => tabsIndent,
  DUPLICATE_KEY: (rest) =>
    `\`${/^["']?([^\s:"']+)/.exec(rest)?.[1]}\` stands twice in the same place; keep one of the two`,
  BAD_DQ_ESCAPE: () =>
    'in double quotes a backslash begins an escape, and this one does not exist; put the text in single quotes',
  BLOCK_AS_IMPLICIT_KEY: (rest) =>
    rest.includes(': ')
      ? 'the text holds `: `, which begins a value; put the whole text in single quotes'
      : 'this key has a value, and the next line is indented as if it belonged to it; align the next line with its neighbours',
  BAD_SCALAR_START: () => 'a text may not begin with this character; put it in single quotes',
  BAD_INDENT: (_, message) =>
    message.startsWith('Flow')
      ? 'a bracket that was opened above is not closed; close it'
      : 'the indentation fits no line above; align it with the keys that it belongs to',
  BAD_ALIAS: () => 'an anchor or reference is not complete; put the text in single quotes',
  MULTIPLE_DOCS: () =>
    '`---` begins a second document; a rig file holds one, so move it to a file of its own',
  TAG_RESOLVE_FAILED: () => '`!` begins a type that does not exist; put the text in single quotes',
  MISSING_CHAR: (_, message) =>
    message.includes('quote')
      ? 'a quote that was opened above is not closed; close it'
      : message.includes('indicator')
        ? 'this line is indented as if it were an entry of the list above; begin it with `- `, or align it with its neighbours'
        : `${message.charAt(0).toLowerCase()}${message.slice(1)}; add it`,
  MULTILINE_IMPLICIT_KEY: () =>
    'this line is no `key: value`; add the `:` with a space behind it, or close the quote',
};
