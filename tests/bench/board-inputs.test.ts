import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { StartLoader } from '../../bench/parts.js';
import { chip, makeBoard, smallRelease, type BoardRig, type BoardRigOptions } from './board-rig.js';

const ready = /Factory test console ready.*\n/;
const [boot, reset] = [1, 2];

async function boardFor(test: TestContext, options: BoardRigOptions = {}): Promise<BoardRig> {
  const rig = await makeBoard({ images: smallRelease(), ...options });
  test.after(() => rig.close());
  return rig;
}

/** A host on the RFC 2217 port that only moves DTR and RTS. */
async function openAdapter(
  test: TestContext,
  rig: BoardRig,
): Promise<{ set: (dtr: boolean, rts: boolean) => void; socket: Socket }> {
  const [host, port] = rig.rfc2217.split(':');
  const socket = connect(Number(port), host);
  test.after(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  const control = (value: number) => socket.write(Buffer.from([255, 250, 44, 5, value, 255, 240]));
  return {
    socket,
    set(dtr, rts) {
      control(dtr ? 8 : 9);
      control(rts ? 11 : 12);
    },
  };
}

const sync = Buffer.from([0xc0, 0x00, 0x08, 0x24, 0x00, 0, 0, 0, 0, 0x07, 0x07, 0x12, 0x20, 0xc0]);

describe("a board on its station's lines", () => {
  it('is silent without power, and forgets what it was about to say', async (test) => {
    const rig = await boardFor(test);
    rig.power(true);
    await rig.host.until(/Partition Table/);
    rig.power(false);
    const said = rig.host.text();
    await rig.host.send('help\n');
    rig.power(true);
    await rig.host.until(/POWERON_RESET[^]*POWERON_RESET[^]*console ready/);
    assert.doesNotMatch(said, /app_main/);
    assert.equal(rig.host.text().match(/app_main/g)?.length, 1);
    assert.doesNotMatch(rig.host.text(), /reboot  /);
  });

  it('does not run while its reset is active', async (test) => {
    const rig = await boardFor(test);
    rig.lines.output(chip, reset, 1);
    rig.power(true);
    await rig.untilState('held in reset');
    assert.equal(rig.host.text(), '');
    rig.lines.output(chip, reset, 0);
    await rig.host.until(ready);
  });

  it('samples its strap when it leaves reset, not later', async (test) => {
    const rig = await boardFor(test);
    rig.power(true);
    await rig.host.until(/rst:0x1/);
    rig.lines.output(chip, boot, 1);
    await rig.host.until(ready);
    rig.host.clear();
    rig.lines.output(chip, reset, 1);
    rig.lines.output(chip, reset, 0);
    await rig.host.until(/waiting for download/);
  });
});

describe('a board on the reset circuit of its adapter', () => {
  it('starts from flash after a pulse of RTS, and in its loader when DTR straps it', async (test) => {
    const rig = await boardFor(test);
    rig.power(true);
    await rig.host.until(ready);
    const { set } = await openAdapter(test, rig);
    set(false, true);
    await rig.untilState('held in reset');
    set(true, false);
    await rig.untilState('loader');
    set(false, true);
    await rig.untilState('held in reset');
    set(false, false);
    await rig.untilState('application ready');
  });

  it('is let go when the port is closed', async (test) => {
    const rig = await boardFor(test);
    rig.power(true);
    await rig.host.until(ready);
    const { set, socket } = await openAdapter(test, rig);
    set(false, true);
    await rig.untilState('held in reset');
    socket.destroy();
    await rig.untilState('application ready');
  });
});

describe('a board of a bench that was started by hand', () => {
  it('has power and waits in its loader', async (test) => {
    const rig = await boardFor(test, { byHand: true });
    await rig.untilState('loader');
    await rig.host.until(/waiting for download\n/);
  });

  it('is reset into its loader when a host closes the pseudo-terminal', async (test) => {
    const rig = await boardFor(test, { byHand: true });
    await rig.untilState('loader');
    await rig.host.send('x');
    rig.log.length = 0;
    await rig.host.close();
    await rig.untilLog('port closed: reset by hand, into the loader');
    await rig.untilState('loader');
  });

  it('follows DTR and RTS like a development board, and stays as they left it', async (test) => {
    const rig = await boardFor(test, { byHand: true });
    const { set, socket } = await openAdapter(test, rig);
    set(false, true);
    await rig.untilState('held in reset');
    set(false, false);
    await rig.untilState('application ready');
    socket.destroy();
    await rig.untilLog('the host closed the port');
    assert.equal(rig.board.state, 'application ready');
  });

  it('is reset by hand when a tool knocks at its application', async (test) => {
    const rig = await boardFor(test, { byHand: true });
    const { set, socket } = await openAdapter(test, rig);
    set(false, true);
    set(false, false);
    await rig.untilState('application ready');
    socket.destroy();
    await rig.untilLog('the host closed the port');
    for (const part of [sync.subarray(0, 3), sync.subarray(3)]) await rig.host.send(part);
    await rig.untilState('loader');
  });

  it('is reset by hand when a tool comes so soon that the loader still has the rate of the one before', async (test) => {
    const startLoader: StartLoader = ({ wire }) => {
      wire.setBaudRate(460_800);
      return { stop: () => undefined };
    };
    const rig = await boardFor(test, { byHand: true, startLoader });
    await rig.untilState('loader');
    await rig.host.send(sync);
    await rig.untilLog('a loader tool knocks: reset by hand, into the loader');
    await rig.untilState('loader');
  });

  it("obeys the station's lines alone from their first use on", async (test) => {
    const rig = await boardFor(test, { byHand: true });
    await rig.untilState('loader');
    rig.lines.output(chip, boot, 0);
    await rig.untilState('off');
    rig.power(true);
    await rig.untilState('application ready');
    await rig.host.ask('info');
    await rig.host.close();
    await rig.untilLog('the host closed the port');
    assert.equal(rig.board.state, 'application ready');
  });
});
