import { demoProgram } from './demo-program.js';
import { demoProgram8266, demoProgramC3, demoProgramS3 } from './demo-program-esp.js';
import { buildRelease } from './demo-release.js';
import { encodeProgram, findProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { lookalike, READ_ONLY_DATA } from './lookalike.js';
import { seededRandom } from './random.js';

const programs: Record<string, FactoryAppProgram> = {
  esp8266: demoProgram8266,
  esp32c3: demoProgramC3,
  esp32s3: demoProgramS3,
};

/** The firmware of the demo node, which is updated over the air, on an ESP chip. */
export function nodeProgram(chip: string): FactoryAppProgram {
  return { ...(programs[chip] ?? demoProgram), project: 'demo-wifi-node', readyAfterMs: 200 };
}

/** The firmware of the demo gateway: a Linux device with two serial-to-network ports and no sensor. */
export const gatewayProgram: FactoryAppProgram = {
  format: 1,
  project: 'linux-gateway',
  bootLines: ['gateway: two ports found', 'gateway: control service started'],
  ready: 'gateway: factory test shell ready',
  readyAfterMs: 300,
  commands: ['help', 'info', 'wifi scan', 'wifi connect', 'wifi status', 'mem', 'reboot'],
  memory: { heapFreeBytes: 412_221_440, heapMinFreeBytes: 398_131_200, psramBytes: 0, flashTest: 'ok' },
  wifi: demoProgram.wifi,
};

interface GatewayOptions {
  version: string;
  program: FactoryAppProgram;
  /** Of the whole file. */
  sizeBytes: number;
  /** Decides what stands behind the program. */
  seed: number;
}

/** A firmware file of the gateway: its program with the version in front, then a file system. */
export function buildGatewayFirmware({ version, program, sizeBytes, seed }: GatewayOptions): Buffer {
  const document = encodeProgram(program, { version });
  const rest = sizeBytes - document.length;
  if (rest < 0) throw new RangeError(`the program does not fit into ${sizeBytes} bytes`);
  return Buffer.concat([document, lookalike(rest, READ_ONLY_DATA, seededRandom(seed))]);
}

/** The program and its version at the start of a gateway's firmware, or undefined when it is none, or damaged. */
export function readGatewayFirmware(
  bytes: Buffer,
): { program: FactoryAppProgram; version: string } | undefined {
  if (bytes.toString('latin1', 0, gatewayMagic.length) !== gatewayMagic) return undefined;
  try {
    const { program, version } = findProgram(bytes) ?? {};
    return program && version !== undefined ? { program, version } : undefined;
  } catch {
    return undefined;
  }
}

/** First bytes of a program that carries its version. */
export const gatewayMagic = 'RIGAPP/2';

/** The application of the node's demo release: small, so that a line of them is soon done. */
export function demoNodeApp(): Buffer {
  const release = buildRelease({
    chip: 'esp32',
    version: '1.2.0',
    program: nodeProgram('esp32'),
    appSizeBytes: 192_000,
    seed: 232,
  });
  return release.find(({ name }) => name === 'app')?.bytes ?? Buffer.alloc(0);
}

/** The firmware of the gateway's demo release. */
export function demoGatewayFirmware(): Buffer {
  return buildGatewayFirmware({ version: '1.2.0', program: gatewayProgram, sizeBytes: 256_000, seed: 64 });
}
