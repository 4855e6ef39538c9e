import type { Command } from 'commander';
import { exitCodes } from './exit-codes.js';
import { addCommand, addGroup } from './new-command.js';
import { answer } from './output.js';

/** `rig firmware`: what a firmware file is, whether a board may have it, and signing. */
export function addFirmwareCommands(program: Command): void {
  const firmware = addGroup(
    program,
    'firmware',
    'look into firmware files, hold them against a board, sign them',
  );
  addValidate(firmware);
  addInspect(firmware);
  addSign(firmware);
  addKeygen(firmware);
}

interface ValidateFlags {
  board: string;
  signature?: string;
  key?: string;
  sha256?: string;
  crc32?: string;
  json?: boolean;
}

function addValidate(firmware: Command): void {
  addCommand(firmware, 'validate', {
    about: 'say whether a board may have this file',
    json: '{file, board, chip, format, sizeBytes, accepted, findings}',
    notes: 'Ends with 1 when the file is refused.',
    examples: [
      ['firmware validate app.bin --board esp32-devkit', 'against all that the board file asks for'],
      ['firmware validate app.bin --board esp32-devkit --crc32 1f2e3d4c', 'and against a checksum'],
    ],
  })
    .argument('<file>', 'ESP image, partition table, Intel HEX, UF2 or raw binary')
    .requiredOption('--board <name>', 'board file of the rig: chip, flash, limits, trusted key, advisories')
    .option('--signature <file>', 'detached signature (default: the file with .sig, when there is one)')
    .option('--key <file>', "public key in PEM, in place of the board's")
    .option('--sha256 <hex>', 'SHA-256 that the file must have')
    .option('--crc32 <hex>', 'CRC-32 that the file must have')
    .action(async (file: string, { json, ...options }: ValidateFlags) => {
      const { formatVerdict, validateFile } = await import('./firmware-validate.js');
      const verdict = await validateFile(file, options);
      answer(json, verdict, () => formatVerdict(verdict));
      if (!verdict.accepted) process.exitCode = exitCodes.notGood;
    });
}

function addInspect(firmware: Command): void {
  addCommand(firmware, 'inspect', {
    about: 'print everything that a firmware file says about itself',
    json: '{file, format, sizeBytes, fits, sha256, crc32, md5, segments, partitions, certificates, secrets, problems, …}',
    examples: [['firmware inspect app.bin', 'format, chip, version, partitions, certificates, secrets']],
  })
    .argument('<file>', 'any firmware file')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { formatReport, inspectFile } = await import('./firmware-inspect.js');
      const report = await inspectFile(file);
      answer(json, report, () => formatReport(report));
    });
}

function addSign(firmware: Command): void {
  addCommand(firmware, 'sign', {
    about: 'sign a firmware file',
    json: '{file, signature, fingerprint}',
    examples: [['firmware sign app.bin --key line.key.pem', 'writes app.bin.sig']],
  })
    .argument('<file>', 'any firmware file')
    .requiredOption('--key <file>', 'Ed25519 private key in PEM')
    .option('--out <file>', 'where the signature goes (default: beside the file, with .sig)')
    .action(async (file: string, { json, ...options }: { key: string; out?: string; json?: boolean }) => {
      const { signFile } = await import('./firmware-sign.js');
      const { signature, fingerprint } = await signFile(file, options);
      answer(
        json,
        { file, signature, fingerprint },
        () => `${signature}: signature of ${file} by key ${fingerprint}\n`,
      );
    });
}

function addKeygen(firmware: Command): void {
  addCommand(firmware, 'keygen', {
    about: 'make a pair of keys for signing',
    json: '{privateKey, publicKey, fingerprint}',
    examples: [['firmware keygen --out line', 'line.key.pem, which stays secret, and line.pub.pem']],
  })
    .requiredOption('--out <name>', 'makes <name>.key.pem, to be kept secret, and <name>.pub.pem')
    .action(async ({ out, json }: { out: string; json?: boolean }) => {
      const { makeKeys } = await import('./firmware-sign.js');
      const keys = await makeKeys(out);
      const { privateKey, publicKey, fingerprint } = keys;
      answer(
        json,
        keys,
        () => `${privateKey}: keep it secret\n${publicKey}: key ${fingerprint}, for board files\n`,
      );
    });
}
