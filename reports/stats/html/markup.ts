/** Markup that needs no further escaping. */
export interface Markup {
  readonly markup: string;
}

type Piece = Markup | string | number | readonly Piece[] | undefined;

/** A template whose values are escaped, but for those that are markup themselves; lists are joined, undefined is nothing. */
export function markup(parts: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return {
    markup: parts.map((part, index) => part + (index < values.length ? text(values[index]) : '')).join(''),
  };
}

function text(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(Math.round(piece * 100) / 100);
  if (isMarkup(piece)) return piece.markup;
  return piece.map(text).join('');
}

function isMarkup(piece: Markup | readonly Piece[]): piece is Markup {
  return 'markup' in piece;
}

/** No control characters, which no page may hold, and none that mean something in HTML. */
function escaped(plain: string): string {
  return plain
    .replace(/[^\P{Cc}\t\n]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
