import { createAutoReset } from '../../bench/auto-reset.js';
import { createFlashArray } from '../../bench/flash-array.js';
import { startLoader } from '../../bench/loader/loader.js';
import { createWire } from '../../bench/wire.js';
import type { LoaderStandOptions, StandCall } from './loader-stand.js';

const options = JSON.parse(process.argv[2] ?? '{}') as LoaderStandOptions;
const faults = options.faults ?? [];
const flash = createFlashArray({ sizeBytes: options.flashSizeBytes ?? 4 * 1024 * 1024, faults });
const wire = await createWire({ baudRate: 115_200, faults });
let loader: { stop(): void } | undefined;
let events: string[] = [];

const modes = {
  download: 'boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download',
  run: 'boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nflash read err, 1000\r\nets_main.c 371',
};

/** The strap is latched when EN rises; a chip that resets itself goes by what was latched. */
function reset(mode: 'download' | 'run', cause = '0x1 (POWERON_RESET)'): void {
  loader?.stop();
  loader = undefined;
  if (faults.some((fault) => fault.kind === 'dead')) return;
  wire.setBaudRate(115_200);
  wire.send(Buffer.from(`ets Jul 29 2019 12:21:46\r\n\r\nrst:${cause},${modes[mode]}\r\n`));
  if (mode === 'run') return;
  loader = startLoader({
    wire,
    flash,
    chip: options.chip ?? 'esp32',
    mac: options.mac ?? '24:6f:28:aa:bb:cc',
    faults,
    onReset({ runUserCode = false }) {
      events.push(runUserCode ? 'run user code' : 'reset');
      reset('download', '0x3 (SW_RESET)');
    },
    log: (text) => events.push(text),
  });
}

async function answer(request: StandCall): Promise<unknown> {
  switch (request.call) {
    case 'read':
      return flash.read(request.offset, request.sizeBytes);
    case 'preset':
      return flash.erase(request.offset, request.bytes.length) && flash.write(request.offset, request.bytes);
    case 'reset':
      return reset(request.mode);
    case 'power':
      wire.setPowered(request.powered);
      return request.powered ? reset('download') : loader?.stop();
    case 'events': {
      const seen = events;
      events = [];
      return seen;
    }
  }
}

const autoReset = createAutoReset({ onHold: () => loader?.stop(), onRelease: (mode) => reset(mode) });
wire.onLines((lines) => {
  events.push(`lines dtr=${lines.dtr} rts=${lines.rts}`);
  autoReset.set(lines);
});
wire.onHangUp(() => events.push('hang-up'));
wire.setPowered(true);
reset('download');
process.on('message', (request: StandCall & { id: number }) => {
  void answer(request).then((value) => process.send?.({ id: request.id, value }));
});
process.on('disconnect', () => process.exit());
process.send?.({ serialPath: wire.serialPath, rfc2217: wire.rfc2217 });
