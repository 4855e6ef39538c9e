import type { Boot, LineRef, SeenFault, Story } from './story.js';
import { proofs, type Proof } from './good-markers.js';
import { wifiLines } from './boot-starts.js';
import { codeOfLabel, remedyOf, type BootLabel, type VerdictCode } from './labels.js';
import { placeOf, type Rank } from './precedence.js';
import { resetClassOf, zephyrStage } from './starts.js';
import { wifiReasonHint, wifiReasonName } from './wifi-reasons.js';

/** What a boot log shows, and the line that says so. */
export interface Verdict {
  label: BootLabel;
  /** `OK` for a good log, else the code of the error catalogue. */
  code: VerdictCode;
  /** The line that decided, without colours; the last line of a log that shows nothing, empty for an empty log. */
  line: string;
  /** Its number in the log, from 1; 0 for an empty log. */
  lineNumber: number;
  means: string;
  remedy: string;
  /** How far a good log proves that the firmware is up. */
  proof?: Proof;
  /** The panic's own reason, the reset's, or the name of `reason`. */
  cause?: string;
  /** Program counter of a crash as the dump has it. */
  address?: string;
  /** Disconnect reason of a Wi-Fi failure (`wifi_err_reason_t`). */
  reason?: number;
  /** Starts of the board that the log shows. */
  resets: number;
}

interface Finding extends Partial<Pick<Verdict, 'cause' | 'address' | 'reason' | 'proof'>> {
  label: BootLabel;
  at: LineRef | undefined;
  means: string;
}

/** The verdict on a log that has ended, see `precedence.ts` for which fault of several is named. */
export function verdictOf(story: Story, weakestProof: Proof): Verdict {
  const { label, at, means, ...facts } =
    fault(story) ?? good(story, weakestProof) ?? silentStart(story) ?? unknown(story);
  return {
    label,
    code: codeOfLabel(label),
    line: at?.line ?? '',
    lineNumber: at?.number ?? 0,
    means,
    remedy: remedyOf(label),
    ...facts,
    resets: story.starts,
  };
}

function fault(story: Story): Finding | undefined {
  const found: [Rank, Finding][] = [];
  for (const [rank, seen] of Object.entries(story.faults) as [Rank, SeenFault][]) {
    if (rank === 'counted-loop' && provedByApp(story)) continue;
    found.push([rank, said(seen)]);
  }
  if (story.download !== undefined) found.push(['strap', said(story.download)]);
  if (typeof story.wifi === 'object') found.push(['network', wifiFailure(story.wifi)]);
  const hung = story.watchdogReset;
  if (hung !== undefined)
    found.push([
      'silent-watchdog',
      { label: 'watchdog', at: hung, means: 'a watchdog reset the chip', ...causeOf(hung) },
    ]);
  if (story.afterWifi >= 2)
    found.push([
      'silent-supply',
      {
        label: 'brownout',
        at: story.lastUnexpected,
        means: 'the board starts anew each time that Wi-Fi starts, and says no reason: its supply falls',
        ...causeOf(story.lastUnexpected),
      },
    ]);
  if (story.unexpected > toleratedBounces(story))
    found.push([
      'loop',
      {
        label: 'boot_loop',
        at: story.lastUnexpected,
        means: 'the board started anew and nothing in the log says why',
        ...causeOf(story.lastUnexpected),
      },
    ]);
  found.sort(([one], [other]) => placeOf(one) - placeOf(other));
  return found[0]?.[1];
}

/** A power-on reset inside of the ROM's text is what a bouncing power switch makes, if the firmware then comes up. */
function toleratedBounces(story: Story): number {
  return story.bounces === 1 && provedByApp(story) ? 1 : 0;
}

function provedByApp({ boot }: Story): boolean {
  return boot.proof?.proof === 'app';
}

function said({ signature, at, cause, address }: SeenFault): Finding {
  return {
    label: signature.label,
    at,
    means: signature.means,
    ...(cause !== undefined && { cause: cause.trim() }),
    ...(address !== undefined && { address }),
  };
}

function wifiFailure({ at, reason }: { at: LineRef; reason?: number }): Finding {
  const cause = reason === undefined ? undefined : wifiReasonName(reason);
  const hint = reason === undefined ? undefined : wifiReasonHint(reason);
  return {
    label: 'wifi_fail',
    at,
    means: `the firmware did not join its network${hint === undefined ? '' : `: ${hint}`}`,
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause }),
  };
}

function good(story: Story, weakestProof: Proof): Finding | undefined {
  const proved = proofOf(story);
  if (proved === undefined || proofs.indexOf(proved.proof) < proofs.indexOf(weakestProof)) return undefined;
  return { label: 'good', ...proved };
}

/** The strongest proof of the last boot that nothing takes away. */
function proofOf({ boot, starts }: Story): { proof: Proof; at: LineRef; means: string } | undefined {
  const { proof, output, doubted, complained, scriptFailed, joining, wifiAge } = boot;
  if (scriptFailed) return undefined;
  if (proof?.proof === 'app') return proof;
  // A supply that falls as the radio starts leaves no more than this.
  if (joining || wifiAge <= wifiLines) return undefined;
  const [first] = output;
  if (first !== undefined && output.length >= outputsWanted(boot) && !complained)
    return { proof: 'output', at: first, means: 'after the ROM’s hand-over the firmware speaks' };
  if (proof === undefined || doubted) return undefined;
  if (proof.proof === 'handover') return proof;
  return starts <= 1 ? { ...proof, means: `${proof.means}; the log ends there` } : undefined;
}

/** One line may be the rest of a ROM's; after Zephyr's banner, which is Zephyr's own word, it is enough. */
function outputsWanted({ stages }: Boot): number {
  return stages.includes(zephyrStage) ? 1 : 2;
}

/**
 * One power-on reset, the ROM's hand-over, and then not a byte: the chips with the newer ROM reset without a word when their supply falls,
 * and a bootloader that hung would be reset by its watchdog.
 */
function silentStart({ boot, starts, last }: Story): Finding | undefined {
  if (starts !== 1 || boot.reason !== 'POWERON' || resetClassOf(boot.reason) !== 'power') return undefined;
  if (last === undefined || !/^entry 0x|\bentry 0x[0-9a-f]+$/.test(last.line)) return undefined;
  return {
    label: 'brownout',
    at: boot.at,
    means: 'after a power-on reset and the ROM’s hand-over not one byte came: probably the supply fell again',
    cause: boot.reason,
  };
}

function unknown({ last, boot }: Story): Finding {
  if (last === undefined) return { label: 'unknown', at: undefined, means: 'the log is empty' };
  return { label: 'unknown', at: last, means: doubtOf(boot) };
}

function doubtOf(boot: Boot): string {
  if (boot.scriptFailed)
    return 'the interpreter runs but its script does not: an exception that nothing caught, or safe mode';
  if (boot.joining || boot.wifiAge <= wifiLines)
    return 'the log ends while the firmware starts Wi-Fi or joins its network';
  return 'no fault is known in it, and nothing proves that the firmware came up';
}

function causeOf(start: { reason?: string } | undefined): { cause?: string } {
  return start?.reason === undefined ? {} : { cause: start.reason };
}
