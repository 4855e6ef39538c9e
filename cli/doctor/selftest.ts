import { requireFitness } from '../../batch/station/fitness.js';
import { catalogue } from '../../core/error-catalogue.js';
import { asRigError } from '../../core/errors.js';
import type { Station } from '../../rigs/types.js';
import type { Finding } from './finding.js';

/** Whether a run would use the slots: a station may ask for a self-test that is not too old. */
export async function checkSelftest(
  station: Station,
  { resultsFolder, now }: { resultsFolder: string; now?: Date },
): Promise<Finding[]> {
  const { name, slots, selftest } = station;
  if (selftest?.maxAgeHours === undefined) return [];
  const due = slots.map(async ({ id }): Promise<Finding[]> => {
    try {
      await requireFitness({ results: resultsFolder, station, slot: id, ...(now && { now }) });
      return [];
    } catch (thrown) {
      const { code, message } = asRigError(thrown);
      const found = message.slice(code.length + 2);
      const { remedy } = catalogue[code];
      return [{ area: 'selftest', subject: `${name} ${id}`, severity: 'warning', found, remedy }];
    }
  });
  const findings = (await Promise.all(due)).flat();
  if (findings.length > 0) return findings;
  const found = `every slot was proved within the last ${selftest.maxAgeHours} h`;
  return [{ area: 'selftest', subject: name, severity: 'ok', found }];
}
