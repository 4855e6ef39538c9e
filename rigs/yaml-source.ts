import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { plainYamlError, referencesAreNotUsed, tabsIndent } from './yaml-messages.js';

/** Keys and indices from the top of a file down to a value. */
export type ValuePath = readonly (string | number)[];

export interface Position {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** A parsed YAML file that knows where each of its values stands. */
export interface YamlSource {
  /** As plain JavaScript data; undefined when the syntax is so wrong that the data cannot be trusted. */
  data: unknown;
  /** What the syntax rules object to. */
  problems: (Position & { what: string })[];
  /** Where a value stands, or its key; for a value that is missing, the nearest one around it. */
  positionOf(path: ValuePath, part?: 'key' | 'value'): Position;
  /** A scalar as it was typed, without quotes: `1.10` stays `1.10`; undefined for lists, maps and missing values. */
  typedText(path: ValuePath): string | undefined;
}

/** Parses the bytes of a YAML file; never throws. References (`*name`) are refused: a rig file says everything where it stands. */
export function parseYamlSource(bytes: Uint8Array): YamlSource {
  const text = decodeUtf8(bytes);
  if (typeof text !== 'string') return unreadable(text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // `!!binary` and the like make objects that no schema knows.
    resolveKnownTags: false,
  });
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const plain = (error: YAMLError) => {
    const offset = startOfWhat(error, text);
    return { ...place(offset), what: plainYamlError(error.code, error.message, restOfLine(text, offset)) };
  };
  const isRepeated = ({ code }: YAMLError) => code === 'DUPLICATE_KEY';
  const broken = document.errors.filter((error) => !isRepeated(error));
  const references = referenceOffsets(document).map((offset) => ({
    ...place(offset),
    what: referencesAreNotUsed,
  }));
  return {
    data: broken.length + references.length === 0 ? document.toJS() : undefined,
    problems: [
      ...withoutEchoes(broken.map(plain)),
      ...[...document.errors.filter(isRepeated), ...document.warnings].map(plain),
      ...references,
    ],
    positionOf: (path, part = 'value') => place(offsetOf(document, path, part)),
    typedText: (path) => typedTextAt(document, path),
  };
}

/** The text, or where the first byte stands that is not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | Position {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const replaced = new TextDecoder('utf-8').decode(bytes);
    const before = replaced.slice(0, Math.max(0, replaced.indexOf('\uFFFD'))).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

function unreadable(position: Position): YamlSource {
  const what = 'this byte is not UTF-8; save the file with the encoding UTF-8 (and write °, Ω or µ anew)';
  return {
    data: undefined,
    problems: [{ ...position, what }],
    positionOf: () => position,
    typedText: () => undefined,
  };
}

function referenceOffsets(document: Document): number[] {
  const offsets: number[] = [];
  visit(document, { Alias: (_, alias) => void offsets.push(startOf(alias) ?? 0) });
  return offsets;
}

/** The parser stumbles on over one mistake: a run of lines counts once, and where a tab indents nothing else can be trusted. */
function withoutEchoes<T extends Position & { what: string }>(problems: readonly T[]): T[] {
  const tabs = problems.filter(({ what }) => what === tabsIndent);
  const candidates = tabs.length > 0 ? tabs : problems;
  return candidates.filter(({ line }, index) => {
    const before = candidates[index - 1];
    return before === undefined || line > before.line + 1;
  });
}

/** After a key without a value, the parser places a repeated key before the blanks and comments that lead to it. */
function startOfWhat({ code, pos }: YAMLError, text: string): number {
  if (code !== 'DUPLICATE_KEY') return pos[0];
  return pos[0] + (/^(\s|#.*\n)*/.exec(text.slice(pos[0]))?.[0].length ?? 0);
}

function restOfLine(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(offset, end === -1 ? undefined : end);
}

function typedTextAt(document: Document, path: ValuePath): string | undefined {
  let node: unknown = document.contents;
  for (const step of path) node = childOf(node, step)?.value;
  return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
}

function offsetOf(document: Document, path: ValuePath, part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return offset;
    const keyWanted = part === 'key' && depth === path.length - 1;
    offset = startOf(keyWanted ? (next.key ?? next.value) : next.value) ?? startOf(next.key) ?? offset;
    node = next.value;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): { key?: unknown; value: unknown } | undefined {
  if (isMap(node))
    return node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step));
  if (!isSeq(node)) return undefined;
  const index = Number(step);
  return index < node.items.length ? { value: node.items[index] } : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node.range?.[0] ?? undefined) : undefined;
}
