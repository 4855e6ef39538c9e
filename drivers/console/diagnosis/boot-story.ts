import { beginBoot, noteStart, noteUptime } from './boot-starts.js';
import { goodMarkers, proofs, type GoodMarker } from './good-markers.js';
import { isBootText, isComplaint, isFirmwareLog, isHandover, isReadable } from './line-kinds.js';
import { lineText } from './line-text.js';
import type { LogLine } from './log-lines.js';
import type { BootSignature } from './signature.js';
import { signatureOf } from './signature-table.js';
import { startLineOf } from './starts.js';
import { contents, type Boot, type Content, type LineRef, type SeenFault, type Story } from './story.js';
import { wifiEventOf } from './wifi-events.js';

/** Lines after a crash in which its address is looked for. */
const dumpLines = 40;
const outputsKept = 2;

/** Adds one line. */
export function tell(story: Story, line: LogLine): void {
  if (line.note) {
    story.noted = true;
    return;
  }
  const { shown, said } = lineText(line.text);
  if (said.trim() === '') return;
  if (story.noted) beginBoot(story, { expected: true });
  story.noted = false;
  const at: LineRef = { line: shown, number: line.number };
  story.last = at;
  followDump(story, said);
  const start = startLineOf(said);
  if (start !== undefined) noteStart(story, start, at);
  else noteUptime(story, said, at);
  const found = signatureOf(said);
  if (found !== undefined) noteFault(story, found.signature, found.groups, at);
  else if (start === undefined || start.kind === 'stage')
    noteText(story, said, at, { torn: line.torn ?? false });
}

function noteFault(
  story: Story,
  signature: BootSignature,
  groups: Record<string, string | undefined>,
  at: LineRef,
): void {
  const { cause, address } = groups;
  const fault: SeenFault = {
    signature,
    at,
    ...(cause !== undefined && { cause }),
    ...(address !== undefined && { address }),
  };
  if (signature.label === 'download_mode') {
    story.download ??= fault;
    return;
  }
  if (story.faults[signature.rank] !== undefined) return;
  story.faults = { ...story.faults, [signature.rank]: fault };
  if (signature.details !== undefined && address === undefined && story.dump === undefined)
    story.dump = { rank: signature.rank, lines: dumpLines };
}

function followDump(story: Story, said: string): void {
  const { dump } = story;
  const fault = dump && story.faults[dump.rank];
  if (dump === undefined || fault === undefined) return;
  const address = fault.signature.details?.exec(said)?.groups?.['address'];
  if (address !== undefined) story.faults = { ...story.faults, [dump.rank]: { ...fault, address } };
  if (address !== undefined || dump.lines === 1) delete story.dump;
  else story.dump = { ...dump, lines: dump.lines - 1 };
}

function noteText(story: Story, said: string, at: LineRef, { torn }: { torn: boolean }): void {
  const bootText = isBootText(said);
  // A partition is called phy_init, too.
  const wifi = bootText ? undefined : wifiEventOf(said);
  if (wifi?.kind === 'connected') story.wifi = 'connected';
  if (wifi?.kind === 'failed') noteWifiFailure(story, at, wifi.reason);
  const boot = { ...story.boot };
  if (isComplaint(said)) boot.doubted = boot.complained = true;
  if (softReboot.test(said)) delete boot.proof;
  boot.scriptFailed = (boot.scriptFailed && !softReboot.test(said)) || uncaught.test(said);
  const marker = wifi?.kind === 'connected' ? joined : goodMarkers.find(({ pattern }) => pattern.test(said));
  if (marker !== undefined && isStronger(marker, boot.proof)) {
    boot.proof = { proof: marker.proof, at, means: marker.means };
    boot.doubted = false;
  }
  const readable = bootText || isReadable(said);
  const own = readable && !bootText && !(torn && mayBeBootText.test(said));
  if (own && boot.handedOver && !boot.output.some(({ line }) => line === at.line))
    boot.output = [...boot.output, at].slice(0, outputsKept);
  boot.handedOver ||= isHandover(said);
  const content = contentOf(said, boot, readable, bootText);
  if (contents.indexOf(content) > contents.indexOf(boot.content)) boot.content = content;
  boot.joining = wifi?.kind === 'connecting' || (boot.joining && wifi?.kind !== 'connected');
  boot.wifiAge = wifi?.kind === 'starting' || wifi?.kind === 'connecting' ? 0 : boot.wifiAge + 1;
  boot.updated ||= updateTaken.test(said);
  story.boot = boot;
}

/** The beginning of a line that a bootloader may have begun: as far as its level, time or the name of its speaker. */
const mayBeBootText =
  /^[IWDEV]:|^[IWDEV] \(\d*(?:\)(?: [\w.]*)?)?$|^\[[\d:., ]*\]?(?: <?\w*>?)?(?: [mcubot]{0,7}(?::.*)?)?$/;

const joined = { proof: 'app', means: 'the firmware joined its network' } as const;

function isStronger({ proof }: Pick<GoodMarker, 'proof'>, known: Boot['proof']): boolean {
  return known === undefined || proofs.indexOf(proof) > proofs.indexOf(known.proof);
}

const uncaught = /^Traceback \(most recent call last\)|^You are in safe mode|running in safe mode/i;
/** An interpreter starts its scripts anew without a reset. */
const softReboot = /^(?:MPY: |PYB: )?soft reboot$/;

/** After these words of an updater the firmware restarts itself, and should. */
const updateTaken =
  /Prepare to restart system|\bOTA\b.*\b(?:succe\w+|complete\w*|finished|done)|(?:update|upgrade) (?:success\w*|complete\w*|succeeded)/i;

function contentOf(said: string, boot: Boot, readable: boolean, bootText: boolean): Content {
  if (!readable) return 'nothing';
  if (bootText) return 'boot';
  return boot.handedOver || boot.proof !== undefined || isFirmwareLog(said) ? 'output' : 'text';
}

/** The first failure that tells most is kept: leaving the network (8) is often the firmware's own doing before it joins. */
function noteWifiFailure(story: Story, at: LineRef, reason: number | undefined): void {
  const known = typeof story.wifi === 'object' ? story.wifi : undefined;
  const telling = (value: number | undefined) => value !== undefined && value !== 8;
  if (known !== undefined && (telling(known.reason) || !telling(reason))) {
    if (known.reason !== undefined || reason === undefined) return;
  }
  story.wifi = { at, ...(reason !== undefined && { reason }) };
}
