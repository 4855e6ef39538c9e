import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { timings } from '../timings.js';
import type { NetworkDevice, Service } from './device.js';
import { createFlashPace } from './flash-pace.js';
import { otaAuthOf } from './ota-auth.js';
import { beginUpdate, type Update } from './update.js';
import { updateSpace, type UpdateSpace } from './update-space.js';

/** `0 <port> <size> <md5>`: whoever sends it wants to be called back. */
interface Invitation {
  port: number;
  sizeBytes: number;
  md5: string;
}

/** So long the device waits for more, then says again what it took, three times. */
const silenceMs = 1000;

/**
 * ArduinoOTA, the device's side of espota: an invitation over UDP, the password where there is one, then the device fetches the image from whoever
 * invited it. One invitation at a time.
 */
export async function serveOta(device: NetworkDevice): Promise<Service> {
  const { address, credentials, chip } = device;
  const auth = otaAuthOf(chip);
  const udp = createSocket('udp4');
  let challenged: { invitation: Invitation; nonce: string } | undefined;
  let fetching: Socket | undefined;

  const reply = (text: string, to: RemoteInfo): void => udp.send(text, to.port, to.address);
  udp.on('error', (thrown) => device.log(`updates over the air: ${String(thrown)}`));
  const accept = (invitation: Invitation, from: RemoteInfo): void => {
    const space = updateSpace(chip, device.flash);
    const { sizeBytes, md5 } = invitation;
    const update = beginUpdate({ chip, flash: device.flash, space, sizeBytes }, () => md5);
    // The two cores differ: where there is no room, one says so, the other is silent from then on.
    if (chip !== 'esp8266') reply('OK', from);
    else reply(update.error === undefined ? 'OK' : `ERR: ${update.error}`, from);
    if (update.error !== undefined) return;
    fetching = connect({ host: from.address, port: invitation.port, localAddress: address.host });
    device.onConnection(fetching);
    device.updating = fetch(device, fetching, { update, space, sizeBytes })
      .catch((thrown: unknown) => device.log(`update over the air ended: ${String(thrown)}`))
      .finally(() => delete device.updating);
  };
  udp.on('message', (bytes, from) => {
    if (device.hung || device.updating) return;
    const text = bytes.toString('latin1');
    if (challenged === undefined) {
      const invitation = invitationIn(text);
      if (invitation === undefined) return;
      if (credentials.password === undefined) return accept(invitation, from);
      challenged = { invitation, nonce: auth.nonce() };
      return reply(`AUTH ${challenged.nonce}`, from);
    }
    const { invitation, nonce } = challenged;
    challenged = undefined;
    const { cnonce, answer } = /^200 (?<cnonce>\S+) (?<answer>\S+)\n/.exec(text)?.groups ?? {};
    if (cnonce === undefined || cnonce.length !== nonce.length) return;
    if (answer === auth.expected(credentials.password ?? '', nonce, cnonce)) accept(invitation, from);
    else reply('Authentication Failed', from);
  });
  udp.bind({ address: address.host, port: address.ports.ota });
  await once(udp, 'listening');
  return {
    async close() {
      fetching?.destroy();
      await new Promise<void>((resolve) => udp.close(() => resolve()));
    },
  };
}

function invitationIn(text: string): Invitation | undefined {
  const match = /^0 (\d+) (\d+) ([0-9a-f]{32})\n/.exec(text);
  const [, port, sizeBytes, md5 = ''] = match ?? [];
  // A port is 16 bits of the number, as the device keeps it.
  return match ? { port: Number(port) & 0xffff, sizeBytes: Number(sizeBytes), md5 } : undefined;
}

async function fetch(
  device: NetworkDevice,
  socket: Socket,
  { update, space, sizeBytes }: { update: Update; space: UpdateSpace | undefined; sizeBytes: number },
): Promise<void> {
  const pace = createFlashPace(device, sizeBytes);
  let written = 0;
  let tries = 0;
  const onSilence = (): void => {
    if (device.hung) return;
    tries += 1;
    if (written > 0 && tries <= 3) socket.write(String(written));
    else socket.destroy(new Error('Receive Failed'));
  };
  socket.setTimeout(silenceMs).on('timeout', onSilence);
  // What breaks while bytes are awaited is thrown there; a host that is gone by the last word is nobody's trouble.
  socket.on('error', () => undefined);
  try {
    await takeFrom();
  } finally {
    socket.off('timeout', onSilence).on('timeout', () => socket.destroy());
    socket.resume();
  }

  async function takeFrom(): Promise<void> {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      tries = 0;
      update.write(bytes);
      await pace.wrote(bytes.length);
      if (update.error !== undefined) break;
      written = bytes.length;
      socket.write(String(written));
      if (update.sizeBytes >= sizeBytes) break;
    }
    if (update.error === undefined && update.sizeBytes < sizeBytes) {
      socket.destroy();
      throw new Error('the host went away');
    }
    const isGood = update.end();
    device.log(isGood ? 'update fetched over the air' : `update refused: ${update.error}`);
    socket.end(isGood ? 'OK' : `${update.error}\r\n`);
    if (!isGood) return;
    if (space) device.onRestart(space.restarting);
    device.restart(timings.updateRestart);
  }
}
