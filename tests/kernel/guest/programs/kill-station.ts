import { join } from 'node:path';
import { killAtRandom } from '../../../station/kill-campaign.js';
import { simOutputs } from '../sim-outputs.js';

// Within the virtual machine: `node --import tsx kill-station.ts STATION KILLS SEED` kills that many runs of two slots of the station, whose
// files are where RIG_RIGS says, and prints one line of JSON for each.

const [station = '', kills, seed] = process.argv.slice(2);
const { RIG_RIGS = '', RIG_RESULTS = '', RIG_RUNTIME_DIR = '' } = process.env;
const outputs = simOutputs(join(RIG_RIGS, `${station}.yaml`));

killAtRandom({
  rig: { station, results: RIG_RESULTS, env: { RIG_RIGS, RIG_RESULTS, RIG_RUNTIME_DIR } },
  words: ['-g', '@slot[12]', '--workers=2'],
  activeOutputs: async () => outputs.filter(({ isActive }) => isActive()).map(({ use }) => use),
  kills: Number(kills),
  seed: Number(seed),
  withinMs: 10_000,
  onKill: (kill) => void process.stdout.write(`${JSON.stringify(kill)}\n`),
}).catch((thrown: unknown) => {
  process.stderr.write(`${String(thrown)}\n`);
  process.exitCode = 1;
});
