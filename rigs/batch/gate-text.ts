import type { Gate } from './types.js';

/** A gate in words: what must hold, and what is done when it does not. */
export function gateText(gate: Gate): string {
  const done = { warn: 'a warning', pause: 'the batch pauses', stop: 'the batch stops' }[gate.then];
  return `${ruleText(gate)}; else ${done}`;
}

function ruleText(gate: Gate): string {
  switch (gate.kind) {
    case 'minSuccessRate':
      return `at least ${gate.percent} % pass, judged from ${gate.afterUnits} results on`;
    case 'maxFailureRate':
      return `at most ${gate.percent} % fail, judged from ${gate.afterUnits} results on`;
    case 'consecutiveFailures':
      return `fewer than ${gate.count} failures in a row`;
    case 'firstArticle':
      return `the first ${gate.count} all pass`;
    case 'sameCode':
      return `one error code fewer than ${gate.count} times in ${gate.within} units`;
    case 'verificationRequired':
      return 'every pass is verified by digest or by reading back';
    case 'flashSeconds':
      return `the flash step takes ${rangeText(gate.min, gate.max)}`;
    case 'unitSeconds':
      return `a unit takes at most ${gate.max} s`;
  }
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max} s`;
  return max === undefined ? `at least ${min} s` : `${min} to ${max} s`;
}
