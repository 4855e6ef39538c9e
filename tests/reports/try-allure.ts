import { reportAllure } from '../../cli/report.js';
console.log(await reportAllure(process.argv[2] ?? ''));
