import { uptimeOf } from './line-kinds.js';
import { applicationStage, resetClassOf, zephyrStage, type StartLine } from './starts.js';
import { newBoot, type Boot, type LineRef, type Story } from './story.js';

/** What comes so few lines after Wi-Fi was started, a reset or the log's end, may be its consequence. */
export const wifiLines = 2;

/** The boot so far has ended; another one follows. */
export function beginBoot(story: Story, { expected }: { expected: boolean }): void {
  judgeStart(story);
  const { content, wifiAge, updated } = story.boot;
  story.boot = newBoot({
    after: content,
    afterWifi: wifiAge <= wifiLines,
    expected: expected || updated,
  });
  delete story.dump;
}

/** A line that announces a start, or belongs to the one under way. */
export function noteStart(story: Story, start: StartLine, at: LineRef): void {
  if (start.fromFlash) delete story.download;
  if (continues(story.boot, start)) {
    const earlier = start.stage === 2 ? [] : story.boot.stages;
    const boot = { ...story.boot, stages: [...earlier, start.stage] };
    // What an earlier stage proved was proved of that stage: MCUboot has Zephyr's banner too.
    if (start.stage < applicationStage) {
      delete boot.proof;
      boot.handedOver = false;
    }
    if (start.kind === 'reset') boot.at = at;
    story.boot = boot;
  } else {
    // A boot that the rig announced has no text before its banner.
    if (story.boot.at !== undefined || story.boot.content !== 'nothing' || !story.boot.expected)
      beginBoot(story, { expected: false });
    story.starts++;
    story.boot = { ...story.boot, at, stages: [start.stage] };
  }
  if (start.reason !== undefined) story.boot = { ...story.boot, reason: start.reason };
}

/** Whether the line belongs to the start that is under way. */
function continues(boot: Boot, { kind, stage }: StartLine): boolean {
  if (stage === applicationStage) return !boot.stages.includes(stage);
  if (boot.at === undefined) return false;
  if (kind === 'banner') return false;
  if (kind === 'reset') return boot.reason === undefined && boot.stages.every((earlier) => earlier === 0);
  const bannerOfBootloader = stage === 2 && boot.stages.length === 1 && boot.stages[0] === zephyrStage;
  return boot.content !== 'output' && (bannerOfBootloader || boot.stages.every((earlier) => earlier < stage));
}

/** A clock that falls back to the start tells of a start whose banner is lost, as at another baud rate. */
export function noteUptime(story: Story, said: string, at: LineRef): void {
  const uptimeMs = uptimeOf(said);
  if (uptimeMs === undefined) return;
  if (story.boot.uptimeMs >= 2000 && uptimeMs < 1000) {
    beginBoot(story, { expected: false });
    story.starts++;
    story.boot = { ...story.boot, at, stages: [1] };
  }
  story.boot = { ...story.boot, uptimeMs };
}

/** Counts the start of the boot that ends here. */
export function judgeStart(story: Story): void {
  const { at, reason, after, afterWifi, expected, proof } = story.boot;
  if (at === undefined) return;
  const start = { ...at, ...(reason !== undefined && { reason }) };
  const kind = resetClassOf(reason);
  // A flash tool resets some chips by their RTC watchdog; such a reset lies before the log, and the firmware comes up after it.
  const byTool = kind === 'rtc-watchdog' && after === 'nothing' && proof?.proof === 'app';
  if ((kind === 'watchdog' || kind === 'rtc-watchdog') && !byTool) story.watchdogReset ??= start;
  if (expected || kind === 'sleep' || kind === 'host' || after === 'nothing') return;
  if (after === 'text' && kind !== 'software') return;
  story.unexpected++;
  story.lastUnexpected = start;
  if (kind === 'power' && after === 'boot') story.bounces++;
  if (afterWifi && (kind === 'power' || kind === 'software')) story.afterWifi++;
}
