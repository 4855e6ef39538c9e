import type { Command } from 'commander';

/** `rig firmware`: what a firmware file is, whether a board may have it, and signing. */
export function addFirmwareCommands(program: Command): void {
  const firmware = program
    .command('firmware')
    .description('look into firmware files, hold them against a board, sign them');
  addValidate(firmware);
  addInspect(firmware);
  addSign(firmware);
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
  firmware
    .command('validate')
    .argument('<file>', 'ESP image, partition table, Intel HEX, UF2 or raw binary')
    .requiredOption('--board <name>', 'board file of the rig: chip, flash, limits, trusted key, advisories')
    .option('--signature <file>', 'detached signature (default: the file with .sig, when there is one)')
    .option('--key <file>', "public key in PEM, in place of the board's")
    .option('--sha256 <hex>', 'SHA-256 that the file must have')
    .option('--crc32 <hex>', 'CRC-32 that the file must have')
    .option('--json', 'as JSON')
    .description('say whether a board may have this file; ends with 1 when it is refused')
    .action(async (file: string, { json, ...options }: ValidateFlags) => {
      const { formatVerdict, validateFile } = await import('./firmware-validate.js');
      const verdict = await validateFile(file, options);
      process.stdout.write(json ? `${JSON.stringify(verdict, null, 2)}\n` : formatVerdict(verdict));
      if (!verdict.accepted) process.exitCode = 1;
    });
}

function addInspect(firmware: Command): void {
  firmware
    .command('inspect')
    .argument('<file>', 'any firmware file')
    .option('--json', 'as JSON')
    .description('print everything that a firmware file says about itself')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { formatReport, inspectFile } = await import('./firmware-inspect.js');
      const report = await inspectFile(file);
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
    });
}

function addSign(firmware: Command): void {
  firmware
    .command('sign')
    .argument('<file>', 'any firmware file')
    .requiredOption('--key <file>', 'Ed25519 private key in PEM')
    .option('--out <file>', 'where the signature goes (default: beside the file, with .sig)')
    .description('sign a firmware file')
    .action(async (file: string, options: { key: string; out?: string }) => {
      const { signFile } = await import('./firmware-sign.js');
      const { signature, fingerprint } = await signFile(file, options);
      process.stdout.write(`${signature}: signature of ${file} by key ${fingerprint}\n`);
    });
  firmware
    .command('keygen')
    .requiredOption('--out <name>', 'makes <name>.key.pem, to be kept secret, and <name>.pub.pem')
    .description('make a pair of keys for signing')
    .action(async ({ out }: { out: string }) => {
      const { makeKeys } = await import('./firmware-sign.js');
      const { privateKey, publicKey, fingerprint } = await makeKeys(out);
      process.stdout.write(
        `${privateKey}: keep it secret\n${publicKey}: key ${fingerprint}, for board files\n`,
      );
    });
}
