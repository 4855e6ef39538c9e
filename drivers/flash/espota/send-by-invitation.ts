import { abortedBy } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import { quoted } from '../../console/quoted.js';
import { authRefused } from '../../network/http.js';
import { notMet } from '../../network/network-error.js';
import type { Shipment } from '../over-the-air.js';
import { stallMs } from '../stall-watch.js';
import { updateRefused } from '../update-verdict.js';
import { answerTo } from './auth.js';
import { openCallback, type Callback } from './callback.js';
import { sendChunks } from './send-chunks.js';
import { openUdpTalk, type UdpTalk } from './udp-talk.js';

/** The invitation's command for an application. */
const flashCommand = 0;
/** A device that is up has answered by then. */
const silentMs = 1500;
/** Again after so long, as datagrams get lost: not sooner, since to a device that has asked for the password a second invitation is a wrong answer. */
const againMs = 600;

/**
 * Invites the device, proves the password, and gives the image to it when it connects back. Throws DUT_SILENT, NETWORK_UNREACHABLE, AUTH_REFUSED,
 * FLASH_STALLED, CONNECTION_LOST, FLASH_PROTOCOL and what `updateRefused` makes of a refusal.
 */
export async function sendByInvitation(shipment: Shipment): Promise<void> {
  const { network, signal, log } = shipment;
  const talk = await openUdpTalk(network.host, network.ports.ota);
  const callback = await openCallback({ ...talk, log }).catch((thrown: unknown) => {
    talk.close();
    throw thrown;
  });
  const close = () => {
    talk.close();
    callback.close();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    await invite(talk, callback, shipment);
    const socket = await Promise.race([callback.connection(stallMs), aborted(signal)]);
    await sendChunks(socket, shipment);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

async function invite(talk: UdpTalk, callback: Callback, shipment: Shipment): Promise<void> {
  const { network, image, signal, log } = shipment;
  const where = `${network.host} port ${network.ports.ota} (UDP)`;
  const common = { everyMs: againMs, signal, enough: callback.called };
  const invitation = `${flashCommand} ${callback.port} ${image.sizeBytes} ${image.md5.toLowerCase()}\n`;
  const first = await talk.ask(invitation, {
    ...common,
    timeoutMs: silentMs,
    onTimeout: (tries, refused) =>
      notMet(
        refused ?? new Error(`no answer to ${tries} invitations`),
        `${where} within ${silentMs / 1000} s`,
      ),
  });
  log(`invitation: ${first?.replace(/^(AUTH) .*/, '$1') ?? 'the device is connected'}`);
  const nonce = /^AUTH (?<nonce>\S+)/.exec(first ?? '')?.groups?.['nonce'];
  if (nonce === undefined) return checkAnswer(first, shipment);
  if (network.password === undefined) throw authRefused(network, 'update service');
  const second = await talk.ask(await answerTo(nonce, network.password), {
    ...common,
    timeoutMs: stallMs,
    onTimeout: () =>
      new RigError(
        'FLASH_STALLED',
        `${where} asked for the password and said nothing for ${stallMs / 1000} s`,
      ),
  });
  log(`password: ${second ?? 'the device is connected'}`);
  if (/^auth/i.test(second ?? '')) throw authRefused(network, 'update service');
  await checkAnswer(second, shipment);
}

/** `OK`, or nothing, since the device has connected already. */
async function checkAnswer(answer: string | undefined, { image }: Shipment): Promise<void> {
  if (answer === undefined || answer === 'OK') return;
  const refusal = /^ERR: *(?<words>.*)/s.exec(answer)?.groups?.['words'];
  if (refusal !== undefined) throw await updateRefused(image, refusal);
  throw new RigError('FLASH_PROTOCOL', `the device answered the invitation with "${quoted(answer)}"`);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(abortedBy(signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
