import { simOutputs } from '../sim-outputs.js';

// Within the virtual machine: `node --import tsx outputs-on.ts STATION_FILE` prints how many outputs the station has, and which are on.

const outputs = simOutputs(process.argv[2] ?? '');
const on = outputs.filter(({ isActive }) => isActive()).map(({ use }) => use);
process.stdout.write(`${outputs.length} outputs, on: ${on.join(', ') || 'none'}\n`);
