import checkbox from '@inquirer/checkbox';
import select from '@inquirer/select';
import type { Gate, GateAction, GateRule } from '../../rigs/batch/types.js';
import { askNumber, toTerminal } from './questions.js';

/** A gate that can be asked for: what it is called, and how its numbers are asked. */
interface Askable {
  name: string;
  ask: () => Promise<GateRule>;
}

const percent = { from: 0, to: 100, isWhole: false };
const count = { from: 1, to: 1_000_000, isWhole: true };

const askable: readonly Askable[] = [
  {
    name: 'at least so many % must pass',
    ask: async () => ({
      kind: 'minSuccessRate',
      percent: await askNumber('Units that must pass, in %', { ...percent, usual: 95 }),
      afterUnits: await askNumber('Judged from so many results on', { ...count, usual: 10 }),
    }),
  },
  {
    name: 'at most so many % may fail',
    ask: async () => ({
      kind: 'maxFailureRate',
      percent: await askNumber('Units that may fail, in %', { ...percent, usual: 5 }),
      afterUnits: await askNumber('Judged from so many results on', { ...count, usual: 10 }),
    }),
  },
  {
    name: 'not so many failures in a row',
    ask: async () => ({
      kind: 'consecutiveFailures',
      count: await askNumber('Failures in a row that are too many', { ...count, usual: 3 }),
    }),
  },
  {
    name: 'the first units must all pass',
    ask: async () => ({
      kind: 'firstArticle',
      count: await askNumber('First units that must pass', { ...count, usual: 1 }),
    }),
  },
  {
    name: 'not the same error code again and again',
    ask: async () => ({
      kind: 'sameCode',
      count: await askNumber('The same code so often is too often', { ...count, usual: 3 }),
      within: await askNumber('Among so many last units', { ...count, usual: 10 }),
    }),
  },
  {
    name: 'no unit passes without a verification of its flash',
    ask: () => Promise.resolve({ kind: 'verificationRequired' }),
  },
];

/** Asks which gates the batch has, and the numbers of each. */
export async function askGates(): Promise<Gate[]> {
  const message = 'Gates (none: every unit must pass)';
  const choices = askable.map((value) => ({ name: value.name, value }));
  const chosen = await checkbox({ message, choices }, toTerminal);
  const gates: Gate[] = [];
  for (const { name, ask } of chosen) {
    const rule = await ask();
    gates.push({ ...rule, then: await askAction(name) });
  }
  return gates;
}

function askAction(name: string): Promise<GateAction> {
  return select<GateAction>(
    {
      message: `When it is missed (${name})`,
      choices: [
        { name: 'stop: no further unit is begun', value: 'stop' },
        { name: 'pause: until somebody has looked', value: 'pause' },
        { name: 'warn: say so and go on', value: 'warn' },
      ],
    },
    toTerminal,
  );
}
