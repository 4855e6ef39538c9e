import { after, before, test, type TestContext } from 'node:test';
import type { FlashDriver, FlashDriverOptions } from '../../../drivers/flash/flash-driver.js';
import { openFlashDriver } from '../../../drivers/flash/open-flash-driver.js';
import type { FaultKind } from '../../../rigs/faults.js';
import { startBoardStands, type BoardStand, type BoardStandOptions } from '../board-stand.js';
import { imageFolder } from '../flash-rig.js';
import type { ContractSubject, SubjectImages } from './subject.js';

/** The boards of one subject, all on one bench: each test declares its own, with its faults, while the tests are collected. */
export interface SubjectBench {
  images: SubjectImages;
  /** A test on a board of its own. */
  onBoard(
    title: string,
    faults: readonly FaultKind[],
    run: (rig: BoardRig, context: TestContext) => Promise<void>,
  ): void;
  /** A test on one board for each set of faults, at once. */
  onBoards(
    title: string,
    faults: readonly (readonly FaultKind[])[],
    run: (rig: BoardRig, index: number) => Promise<void>,
  ): void;
}

export interface BoardRig {
  stand: BoardStand;
  driver: FlashDriver;
  /** Another driver for the same board; `driver` is not used meanwhile. */
  open(more: Partial<FlashDriverOptions>): Promise<FlashDriver>;
}

export function subjectBench(subject: ContractSubject): SubjectBench {
  const folder = imageFolder();
  const wanted: Record<string, BoardStandOptions> = {};
  let bench: Awaited<ReturnType<typeof startBoardStands>> | undefined;
  before(async () => {
    bench = await startBoardStands(wanted);
  });
  after(async () => {
    await bench?.close();
    folder.remove();
  });

  const declare = (faults: readonly FaultKind[]): string => {
    const name = `board${Object.keys(wanted).length + 1}`;
    wanted[name] = { ...subject.board, chip: subject.chip, faults: [...faults] };
    return name;
  };

  const use = async (name: string, run: (rig: BoardRig) => Promise<void>): Promise<void> => {
    const stand = bench?.boards[name];
    if (stand === undefined) throw new Error(`the bench has no ${name}`);
    const drivers: FlashDriver[] = [];
    const open = async (more: Partial<FlashDriverOptions> = {}) => {
      const driver = await openFlashDriver(subject.kind, {
        chip: subject.chip,
        baudRate: 115_200,
        enterLoader: (signal) => stand.enterLoader(signal),
        ...subject.options(stand),
        ...more,
      });
      drivers.push(driver);
      return driver;
    };
    try {
      await subject.prepare?.(stand);
      await run({ stand, driver: await open(), open });
    } finally {
      for (const driver of drivers) await driver.close();
      await stand.close();
    }
  };

  return {
    images: subject.images(folder),
    onBoard(title, faults, run) {
      const name = declare(faults);
      test(title, (context) => use(name, (rig) => run(rig, context)));
    },
    onBoards(title, faults, run) {
      const names = faults.map(declare);
      test(title, async () => {
        await Promise.all(names.map((name, index) => use(name, (rig) => run(rig, index))));
      });
    },
  };
}
