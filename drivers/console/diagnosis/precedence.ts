/**
 * When a log holds several faults, the one whose rank stands first here gives the label: a root cause stands before what it leads to.
 * Within a rank the first in the log wins.
 */
export const precedence = [
  {
    rank: 'supply',
    gives: 'brownout',
    why: 'a falling supply damages whatever the chip does next: checksum errors, panics and loops after it are its consequences',
  },
  {
    rank: 'kernel',
    gives: 'kernel_panic',
    why: 'the kernel names its own reason; block-device errors and stalls before it are in that reason',
  },
  {
    rank: 'memory',
    gives: 'out_of_memory',
    why: 'an allocation that failed comes out as abort(), a null-pointer panic, a hang or a lost network',
  },
  {
    rank: 'signature',
    gives: 'secure_boot_fail',
    why: 'a bootloader that rejects a signature then says that there is no bootable app, which alone would be a bad image',
  },
  {
    rank: 'flash',
    gives: 'flash_read_error',
    why: 'a flash chip that does not answer makes every image in it look bad',
  },
  {
    rank: 'image',
    gives: 'bad_image',
    why: 'the ROM or bootloader says so itself; watchdog resets and loops are how the chip waits for a better image',
  },
  {
    rank: 'crash',
    gives: 'watchdog or panic, whichever text is first',
    why: 'a task watchdog ends in abort(), and a crashed panic handler in a watchdog reset: the later text is the consequence',
  },
  {
    rank: 'strap',
    gives: 'download_mode',
    why: 'a board in its loader runs no firmware; what its firmware did before (a crash) is more telling, hence below those',
  },
  {
    rank: 'network',
    gives: 'wifi_fail',
    why: 'firmware restarts itself when it cannot join, so the loop around it is a consequence; a crash is not',
  },
  {
    rank: 'wreckage',
    gives: 'panic or bad_image',
    why: 'the tail of a dump or the last word of a ROM whose first line is not in the log: nothing above says more',
  },
  {
    rank: 'silent-watchdog',
    gives: 'watchdog',
    why: 'only the reset reason names the watchdog: something hung and said nothing',
  },
  {
    rank: 'silent-supply',
    gives: 'brownout',
    why: 'two or more power-on or CPU resets, each right after Wi-Fi started: chips whose detector resets without a word',
  },
  {
    rank: 'loop',
    gives: 'boot_loop',
    why: 'the board started anew and nothing in the log says why',
  },
  {
    rank: 'counted-loop',
    gives: 'boot_loop',
    why: 'the firmware counted failed starts before the log begins, and does not come up in it either',
  },
] as const;

export type Rank = (typeof precedence)[number]['rank'];

const order = new Map<Rank, number>(precedence.map(({ rank }, index) => [rank, index]));

/** Smaller wins. */
export function placeOf(rank: Rank): number {
  return order.get(rank) ?? precedence.length;
}
