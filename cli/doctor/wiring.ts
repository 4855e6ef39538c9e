import { readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { catalogue } from '../../core/error-catalogue.js';
import { asRigError } from '../../core/errors.js';
import { holderName, holdersOf } from '../../drivers/link/port-holder.js';
import { reach } from '../../drivers/link/reach.js';
import { openMeter } from '../../drivers/meter/open-meter.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import { outputName } from '../../gpio/output.js';
import type { Slot, Station } from '../../rigs/types.js';
import type { Finding } from './finding.js';

type Where = Pick<Finding, 'area' | 'subject'>;

/** What a slot of a real station hangs on: ports, boot drives, devices, switches and meters. Nothing is switched and nothing is sent to a board. */
export async function checkWiring(station: Station): Promise<Finding[]> {
  if (station.bench !== undefined) {
    const found = 'on the virtual bench, which a run starts';
    return [{ area: 'ports', subject: station.name, severity: 'note', found }];
  }
  const holders = await holdersOf(station.slots.flatMap(({ serial }) => serial?.path ?? []));
  const findings = await Promise.all(station.slots.map((slot) => checkSlot(station, slot, holders)));
  return findings.flat();
}

type Holders = Awaited<ReturnType<typeof holdersOf>>;

async function checkSlot({ name }: Station, slot: Slot, holders: Holders): Promise<Finding[]> {
  const subject = `${name} ${slot.id}`;
  const { serial, bootDrive, network, power, meter } = slot;
  const findings: Finding[] = [];
  if (serial) findings.push(await checkPort({ area: 'ports', subject }, serial, holders));
  if (bootDrive !== undefined) {
    const found = `boot drive ${bootDrive}`;
    findings.push(await finding({ area: 'ports', subject }, found, () => reach({ bootDrive })));
  }
  if (network) {
    const where = { area: 'ports', subject } as const;
    findings.push(await finding(where, `device ${network.host}`, () => reach({ network })));
  }
  if (power && !('chip' in power)) {
    const read = async () => {
      // No line is asked for, so the kernel's are never opened.
      const outputs = await openOutputs({ kind: 'onoff' });
      try {
        const output = await outputs.openOutput(power, { initial: 'as-is' });
        return (await output.read()) ? 'is on' : 'is off';
      } finally {
        await outputs.close();
      }
    };
    findings.push(await finding({ area: 'power', subject }, outputName(power), read));
  }
  if (meter) {
    const read = async () => {
      const opened = await openMeter(meter);
      try {
        const { railVolts, railAmps } = await opened.read();
        return `${railVolts.toFixed(3)} V${railAmps === undefined ? '' : `, ${railAmps.toFixed(3)} A`}`;
      } finally {
        await opened.close();
      }
    };
    findings.push(await finding({ area: 'meters', subject }, 'meter', read));
  }
  return findings;
}

async function finding(where: Where, what: string, look: () => Promise<string | void>): Promise<Finding> {
  try {
    const seen = await look();
    return { ...where, severity: 'ok', found: seen === undefined ? `${what} is there` : `${what}: ${seen}` };
  } catch (thrown) {
    const { message, code, blame } = asRigError(thrown);
    // A device that is silent may be switched off, as it should be between runs.
    const severity = blame === 'dut' ? 'note' : 'error';
    return { ...where, severity, found: message.slice(code.length + 2), remedy: catalogue[code].remedy };
  }
}

/** Looked at and not opened: opening a port pulls its control lines, which resets many boards. */
async function checkPort(
  where: Where,
  { path, native }: NonNullable<Slot['serial']>,
  holders: Holders,
): Promise<Finding> {
  const isThere = await stat(path).then(
    (found) => found.isCharacterDevice(),
    () => false,
  );
  const holder = holders.get(path);
  if (holder)
    return {
      ...where,
      severity: 'warning',
      found: `${path} is held by ${holderName(holder)}`,
      remedy: 'end that program, unless it is a run of this rig',
    };
  if (isThere) return { ...where, severity: 'ok', found: path };
  if (native) return { ...where, severity: 'note', found: `${path} is not there while its board is off` };
  const others = await readdir(dirname(path)).catch((): string[] => []);
  const known =
    others.length > 0
      ? `${dirname(path)} has ${others.join(', ')}`
      : `${dirname(path)} is empty or not there`;
  return {
    ...where,
    severity: 'error',
    found: `${path} does not exist; ${known}`,
    remedy: 'plug the adapter in, or let `npx rig map` find the ports and write them',
  };
}
